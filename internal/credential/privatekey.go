package credential

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"strings"

	"seaworthy.dev/seaworthy"
)

const privateKeyID = "private-key"

func privateKeyRule() *Rule {
	return &Rule{
		ID: privateKeyID, Name: "Private key", Severity: critical, form: special, keywords: []string{pemBegin}, caseSensitive: true, distinctive: true, PrivateKey: true,
		Source: "RFC 7468, RFC 1421, RFC 9580, OpenSSH PROTOCOL.key",
		find: func(text []byte, at, _ int, _ *Origin) (int, int, Assessment) {
			n, o := privateKey(text[at:])
			return at, at + n, o
		},
	}
}

func puttyRule() *Rule {
	return &Rule{
		ID: "putty-private-key", Name: "PuTTY private key", Severity: critical, form: special, keywords: []string{puttyBegin}, caseSensitive: true, PrivateKey: true,
		Source: "https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html",
		find: func(text []byte, at, _ int, _ *Origin) (int, int, Assessment) {
			n, o := puttyKey(text[at:])
			return at, at + n, o
		},
	}
}

const (
	pemBegin     = "-----BEGIN "
	puttyBegin   = "PuTTY-User-Key-File-"
	MaxKeyLength = 16 << 10
)

// privateKey reads the private key whose armour starts at the start of text, and
// gives its length there. What is no key that parses, such as a header constant
// in a library, has length 0.
func privateKey(text []byte) (length int, o Assessment) {
	text = text[:min(len(text), MaxKeyLength)]
	eol := bytes.Index(text[len(pemBegin):], []byte("-----"))
	if eol < 0 || eol > 64 {
		return 0, Assessment{}
	}
	kind := string(text[len(pemBegin) : len(pemBegin)+eol])
	if !strings.HasSuffix(kind, "PRIVATE KEY") && kind != "PGP PRIVATE KEY BLOCK" {
		return 0, Assessment{}
	}
	// No key holds the start of another one.
	if next := bytes.Index(text[len(pemBegin):], []byte(pemBegin)); next >= 0 {
		text = text[:len(pemBegin)+next]
	}
	end := []byte("-----END " + kind + "-----")
	n := bytes.Index(text, end)
	if n < 0 {
		return 0, Assessment{}
	}
	length = n + len(end)
	der, encrypted, ok := armoured(text[len(pemBegin)+eol+5 : n])
	if !ok {
		return 0, Assessment{}
	}
	if o, ok = assessKey(kind, der, encrypted); !ok {
		return 0, Assessment{}
	}
	o.Head = armourLine(kind)
	return length, o
}

// assessKey gives an assessment of a key of a kind without its armour; ok is false if
// it is none.
func assessKey(kind string, der []byte, encrypted bool) (o Assessment, ok bool) {
	switch {
	case kind == "PGP PRIVATE KEY BLOCK":
		if len(der) < 64 || der[0]&0x80 == 0 { // RFC 9580, 4.2: every packet has this bit
			return Assessment{}, false
		}
		return Assessment{Confirmed: true, Note: "It is an OpenPGP key; whether a passphrase protects it was not checked."}, true
	case encrypted || kind == "ENCRYPTED PRIVATE KEY":
		return encryptedKey, len(der) >= 32
	case kind == "OPENSSH PRIVATE KEY":
		return openSSHKey(der)
	}
	return plainKey, len(der) >= 16 && derKey(kind, der)
}

// armourLine is the first line of a key's armour, as far as it is of the form that
// RFC 7468 gives to labels; else nothing.
func armourLine(kind string) string {
	if strings.Trim(kind, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") != "" {
		return ""
	}
	return pemBegin + kind + "----- "
}

var plainKey = Assessment{Confirmed: true, Note: "It parses, and no passphrase protects it."}

var encryptedKey = Assessment{Confirmed: true, Severity: seaworthy.Medium, Note: "A passphrase encrypts it; that can be guessed without limit."}

// armoured decodes the lines between the armour's. They may be joined by "\n" in
// two characters, as they are in JSON and in environment variables.
func armoured(text []byte) (der []byte, encrypted, ok bool) {
	s := strings.NewReplacer(`\r`, "", `\n`, "\n", `\t`, "", "&#10;", "\n", "&#13;", "", "&#xA;", "\n", "%0A", "\n", "%0a", "\n").Replace(string(text))
	var body strings.Builder
	for line := range strings.Lines(s) {
		line = undecorated(line)
		switch {
		case line == "" || strings.HasPrefix(line, "="): // the checksum of OpenPGP
			continue
		case strings.Contains(line, ":"):
			encrypted = encrypted || strings.HasPrefix(line, "Proc-Type:") && strings.Contains(line, "ENCRYPTED")
			continue
		}
		body.WriteString(restoreSlashes(line))
	}
	joined := strings.ReplaceAll(body.String(), " ", "")
	der, err := base64.StdEncoding.DecodeString(joined)
	if err != nil {
		der, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(joined, "="))
	}
	return der, encrypted, err == nil && len(der) > 0
}

// undecorated takes from a line what source code and comments put around it. A
// plus or a slash at its end may be its own.
func undecorated(line string) string {
	const quotes = " \t\r\n\"'`,;\\()"
	line = strings.TrimSpace(line)
	for _, mark := range [...]string{"//", "#", "*", "|", "+", "-", "."} {
		if rest, ok := strings.CutPrefix(line, mark); ok && (rest == "" || strings.ContainsAny(rest[:1], " \t\"'")) {
			line = rest
			break
		}
	}
	for _, mark := range [...]string{"+", ".", "&", "_"} {
		if rest, ok := strings.CutSuffix(line, mark); ok && (rest == "" || strings.ContainsAny(rest[len(rest)-1:], " \t\"'`")) {
			line = rest
			break
		}
	}
	return strings.Trim(line, quotes)
}

// restoreSlashes undoes what JSON and JavaScript may do to a slash.
func restoreSlashes(s string) string { return strings.ReplaceAll(s, `\/`, "/") }

// derKey reports whether a key of the given kind parses.
func derKey(kind string, der []byte) bool {
	switch kind {
	case "RSA PRIVATE KEY":
		_, err := x509.ParsePKCS1PrivateKey(der)
		return err == nil || sequence(der)
	case "EC PRIVATE KEY":
		_, err := x509.ParseECPrivateKey(der)
		return err == nil || sequence(der)
	case "PRIVATE KEY":
		_, err := x509.ParsePKCS8PrivateKey(der)
		return err == nil || sequence(der)
	default: // DSA and what else there is
		return sequence(der)
	}
}

// sequence reports whether der is one ASN.1 SEQUENCE that starts with an INTEGER
// and has the length that it says: a key of an algorithm or size that Go does not
// take.
func sequence(der []byte) bool {
	if len(der) < 32 || der[0] != 0x30 {
		return false
	}
	head, length := 2, int(der[1])
	if n := int(der[1] & 0x7f); der[1]&0x80 != 0 {
		if n == 0 || n > 3 {
			return false
		}
		length = 0
		for _, b := range der[2 : 2+n] {
			length = length<<8 | int(b)
		}
		head += n
	}
	return head+length == len(der) && der[head] == 0x02
}

// openSSHKey reads the head of OpenSSH's own format (PROTOCOL.key).
func openSSHKey(der []byte) (o Assessment, ok bool) {
	rest, ok := bytes.CutPrefix(der, []byte("openssh-key-v1\x00"))
	if !ok || len(rest) < 4 {
		return Assessment{}, false
	}
	n := binary.BigEndian.Uint32(rest)
	if n > 64 || int(n) > len(rest)-4 || len(rest) < 64 {
		return Assessment{}, false
	}
	if cipher := string(rest[4 : 4+n]); cipher != "none" {
		return encryptedKey, true
	}
	return plainKey, true
}

var puttyFile = regexp.MustCompile(`^PuTTY-User-Key-File-[0-9]: [\x21-\x7e]{3,40}\r?\nEncryption: [\x21-\x7e]{3,20}\r?\n(?s:.+?)Private-Lines: [0-9]{1,4}\r?\n[0-9A-Za-z+/=\r\n]{20,}Private-MAC: [0-9a-f]{40,64}`)

// puttyKey reads a key file of PuTTY from its first line on.
func puttyKey(text []byte) (length int, o Assessment) {
	text = text[:min(len(text), MaxKeyLength)]
	if next := bytes.Index(text[len(puttyBegin):], []byte(puttyBegin)); next >= 0 {
		text = text[:len(puttyBegin)+next]
	}
	m := puttyFile.FindIndex(text)
	if m == nil {
		return 0, Assessment{}
	}
	length, o = m[1], encryptedKey
	if bytes.Contains(text[:length], []byte("Encryption: none")) {
		o = Assessment{Confirmed: true, Note: "It is a key of PuTTY, and no passphrase protects it."}
	}
	line, _, _ := bytes.Cut(text[:length], []byte("\n"))
	o.Head = string(bytes.TrimRight(line, "\r")) + " "
	return length, o
}

// DERKey finds the private key that is all of a file, without armour.
func (rs *Rules) DERKey(body []byte, origin *Origin) (Match, bool) {
	r := rs.Rule(privateKeyID)
	if !r.PrivateKey || !derFile(body) {
		return Match{}, false
	}
	return Match{Rule: r, Value: body, Origin: origin, Assessment: Assessment{Confirmed: true, Note: "It is in DER; it parses, and no passphrase protects it."}}, true
}

// derFile reports whether a whole file is a private key without armour.
func derFile(body []byte) bool {
	if len(body) < 48 || len(body) > MaxKeyLength || body[0] != 0x30 || bytes.HasPrefix(body, []byte(pemBegin)) {
		return false
	}
	if _, err := x509.ParsePKCS8PrivateKey(body); err == nil {
		return true
	}
	if _, err := x509.ParsePKCS1PrivateKey(body); err == nil {
		return true
	}
	_, err := x509.ParseECPrivateKey(body)
	return err == nil
}
