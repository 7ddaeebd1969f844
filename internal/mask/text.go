package mask

// appendText hides code-like words of a sentence; see MaskText.
func appendText(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		if !wordByte(text[i]) {
			dst = append(dst, text[i])
			i++
			continue
		}
		if isUUID(text[i:]) {
			dst = append(dst, text[i:i+36]...)
			i += 36
			continue
		}
		if end := digitGroup(text, i); end > i {
			dst = hideWord(dst, text[i:end])
			i = end
			continue
		}
		end := i
		digits := 0
		for end < len(text) && wordByte(text[end]) {
			if digit(text[end]) {
				digits++
			}
			end++
		}
		if digits >= 8 || digits >= 4 && end-i >= 10 {
			dst = hideWord(dst, text[i:end])
		} else {
			dst = append(dst, text[i:end]...)
		}
		i = end
	}
	return dst
}

// shortestPIN is the length of a group of digits from which it may be a PIN.
const shortestPIN = 4

// appendCardText is appendText for services whose providers name PINs in their refusals.
func appendCardText(dst, text []byte) []byte {
	from := len(dst)
	dst = appendText(dst, text)
	hideDigits(dst[from:])
	return dst
}

// Digits hides every group of digits in a text that may be a PIN.
func Digits(text string) string {
	out := []byte(text)
	hideDigits(out)
	return string(out)
}

func hideDigits(text []byte) {
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && digit(text[end]) {
			end++
		}
		if end-i >= shortestPIN {
			for k := i; k < end; k++ {
				text[k] = '*'
			}
		}
		i = max(end, i+1)
	}
}

// digitGroup gives the end of a run of at least eight digits that starts at i, single spaces, hyphens
// and dots between digits included; i when there is none.
func digitGroup(text []byte, i int) int {
	digits, end := 0, i
	for j := i; j < len(text); j++ {
		switch c := text[j]; {
		case digit(c):
			digits++
			end = j + 1
		case (c == ' ' || c == '-' || c == '.') && j == end && j > i:
		default:
			j = len(text)
		}
	}
	if digits < 8 {
		return i
	}
	return end
}

// hideWord writes a star for each letter or digit and keeps the separators.
func hideWord(dst, word []byte) []byte {
	for _, c := range word {
		if wordByte(c) {
			c = '*'
		}
		dst = append(dst, c)
	}
	return dst
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func wordByte(c byte) bool {
	return digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// isUUID tells whether b starts with a whole 8-4-4-4-12 identifier.
func isUUID(b []byte) bool {
	if len(b) < 36 || len(b) > 36 && wordByte(b[36]) {
		return false
	}
	for i, c := range b[:36] {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
			continue
		}
		if !digit(c) && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
