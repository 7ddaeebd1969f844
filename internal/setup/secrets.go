package setup

import (
	"regexp"
	"strings"
	"unicode"
)

// secretName is how a secret is named: an environment variable, or a file that holds nothing else.
var secretName = regexp.MustCompile(`^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\s:][^\n]*)$`)

const secretMend = "give the name of a secret instead: env:NAME for an environment variable, file:PATH for a file that holds it"

// secrets walks every value and refuses what looks like a secret, wherever it stands: the file is kept in repositories
// and the database shows it on pages.
func (l *list) secrets(path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			l.secretMember(member(path, name), name, inner)
		}
	case []any:
		for i, inner := range v {
			l.secrets(at(path, i), inner)
		}
	case string:
		if !fingerprintPath(path) && looksSecret(v) {
			l.add(path, "looks like a secret; %s", secretMend)
		}
	}
}

// secretMember judges a member by its name first: what is named like a secret may only name one.
func (l *list) secretMember(path, name string, value any) {
	text, isText := value.(string)
	switch {
	case name == "credential", strings.HasSuffix(name, "Secret"):
		if isText && text != "" && !secretName.MatchString(text) {
			l.add(path, "is a secret, or no name of one; %s", secretMend)
		}
	case named(name) && isText && inOptions(path) && !strings.HasPrefix(text, "/"): // a key in a file of its own is no secret here
		l.add(path, "is named like a secret; call it %sSecret and %s", name, secretMend)
	default:
		l.secrets(path, value)
	}
}

// inOptions tells whether a path lies in the settings of a connector, whose members only the connector knows.
func inOptions(path string) bool { return strings.Contains(path, ".options.") }

// fingerprintPath tells whether a path is a certificate's fingerprint: public, though it looks random.
func fingerprintPath(path string) bool { return strings.HasSuffix(path, ".fingerprint") }

// named tells whether a name promises a secret: hashKey, password, apiToken. A tokenUrl does not.
func named(name string) bool {
	low := strings.ToLower(name)
	for _, end := range []string{"password", "passwd", "secret", "key", "token", "pin", "credential", "credentials"} {
		if strings.HasSuffix(low, end) {
			return true
		}
	}
	return false
}

var (
	uuidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	userInURL = regexp.MustCompile(`://[^/@\s]*:[^/@\s]*@`)
	schemes   = regexp.MustCompile(`(?i)^(basic|bearer)\s+\S+`)
)

// shortestSecret is the length from which one unbroken word of mixed characters is taken for a secret.
const shortestSecret = 20

// looksSecret knows keys and tokens by their look: PEM blocks, credentials in addresses, authorization headers, and long
// words that mix what names do not mix.
func looksSecret(s string) bool {
	switch {
	case strings.Contains(s, "-----BEGIN"), strings.HasPrefix(s, "eyJ"), userInURL.MatchString(s), schemes.MatchString(s):
		return true
	case secretName.MatchString(s), len(s) < shortestSecret, strings.ContainsFunc(s, unicode.IsSpace), strings.Contains(s, "://"), uuidShape.MatchString(s):
		return false
	}
	return mixed(s)
}

// mixed tells whether a word has lower and upper case letters and digits, or is long hexadecimal.
func mixed(s string) bool {
	var lower, upper, digit, other bool
	for _, r := range s {
		switch {
		case unicode.IsLower(r):
			lower = true
		case unicode.IsUpper(r):
			upper = true
		case unicode.IsDigit(r):
			digit = true
		case strings.ContainsRune("._-", r), r == '/' && s[0] == '/': // names, codes and paths have these
			other = true
		}
	}
	hexadecimal := len(s) >= 32 && strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" && digit && (lower || upper)
	return hexadecimal || lower && upper && digit && !other
}
