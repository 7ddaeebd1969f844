package message

// Pin gives the three forms of a personal number (spec/common.md 4.2). Nothing in one is ever quoted.
func Pin() *Shape {
	typed := Must("type", Secret(Enum("CLEAR_PIN", "ENCRYPTED_PIN", "HASHED_PIN")))
	hash := Secret(Pattern("[0-9,A-F]{1,512}", Every(1, 512, func(c byte) bool { return IsDigit(c) || c == ',' || c >= 'A' && c <= 'F' })))
	return Variant(typed, map[string]*Shape{
		"CLEAR_PIN":     Object(typed, Must("pin", Secret(Text(0, 20)))),
		"ENCRYPTED_PIN": Object(Join([]Field{typed}, EncryptedPinFields())...),
		"HASHED_PIN":    Object(typed, Must("hash", hash), May("hashedPinParameters", Object(Must("name", Secret(Text(0, 20)))))),
	})
}

// EncryptedPinFields gives the members of a PIN block.
func EncryptedPinFields() []Field {
	parameters := Object(
		May("pinBlockFormat", Secret(Enum("ISO_9564_FORMAT_0", "ISO_9564_FORMAT_1", "ISO_9564_FORMAT_3"))),
		Must("accountNumber", Secret(Pattern("[0-9]{12}", Every(12, 12, IsDigit)))), May("keyIndex", Secret(Small())),
	)
	return []Field{
		Must("pinBlock", Secret(Pattern("[a-fA-F0-9]{16}", Every(16, 16, IsHex)))), May("encryptionParameters", parameters),
	}
}
