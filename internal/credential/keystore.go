package credential

import (
	"bytes"
	"encoding/binary"
	"strings"

	"seaworthy.dev/seaworthy"
)

func keyStoreRule() *Rule {
	return &Rule{ID: keyStore, Name: "Key store or password store", Severity: medium, form: ownFile, isStore: true, Source: "the manual of the program that reads the file"}
}

// The first bytes of stores, and what an entry with a private key is marked by.
var (
	keePass        = []byte("\x03\xd9\xa2\x9a")
	javaStore      = []byte("\xfe\xed\xfe\xed")
	javaStoreJCE   = []byte("\xce\xce\xce\xce")
	shroudedKeyBag = []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02") // pkcs8ShroudedKeyBag, RFC 7292
	plainKeyBag    = []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01") // keyBag
	keytab         = []byte("\x05\x02\x00\x00\x00")
)

// KeyStore finds the store of keys or passwords that a binary file is.
func (rs *Rules) KeyStore(body []byte, origin *Origin) (Match, bool) {
	r := rs.Rule(keyStore)
	if !origin.Binary || r.form != ownFile {
		return Match{}, false
	}
	note, severity := storeOf(origin.Path, body)
	return Match{Rule: r, Value: body, Origin: origin, Assessment: Assessment{Confirmed: true, Severity: severity, Note: note}}, note != ""
}

// storeOf describes the store of keys or passwords that a file is; note is "" for none. A
// store of certificates alone is none.
func storeOf(name string, body []byte) (note string, severity seaworthy.Severity) {
	switch {
	case bytes.HasPrefix(body, keePass):
		return "It is a database of KeePass, which a passphrase encrypts; that can be guessed without limit.", medium
	case bytes.HasPrefix(body, javaStore) || bytes.HasPrefix(body, javaStoreJCE):
		if javaKey(body) {
			return "It is a Java key store with a private key, which a password encrypts; that can be guessed without limit, and is often in a file nearby.", medium
		}
	case bytes.HasPrefix(body, []byte("\x30\x82")) && len(body) > 64 && bytes.Equal(body[4:7], []byte("\x02\x01\x03")):
		switch {
		case bytes.Contains(body, plainKeyBag):
			return "It is a PKCS #12 store with a private key that nothing encrypts.", critical
		case bytes.Contains(body, shroudedKeyBag):
			return "It is a PKCS #12 store with a private key, which a password encrypts; that can be guessed without limit.", medium
		}
	case bytes.HasPrefix(body, keytab) && (strings.HasSuffix(name, ".keytab") || strings.HasSuffix(name, ".kt")):
		return "It is a table of Kerberos keys, which nothing encrypts.", critical
	case len(body) > 64 && (body[0] == 0x95 || body[0] == 0xc5 || body[0] == 0x94) && (strings.HasSuffix(name, ".gpg") || strings.HasSuffix(name, ".pgp")):
		return "It is a ring of OpenPGP private keys; whether a passphrase protects them was not checked.", critical
	case bytes.Contains(body[:min(len(body), 512)], []byte("(private-key")) && strings.Contains(name, "private-keys-v1.d/"):
		return "It is a private key of GnuPG, which no passphrase protects.", critical
	}
	return "", seaworthy.Unknown
}

// javaKey reports whether a Java key store has an entry with a private key.
func javaKey(body []byte) bool {
	if len(body) < 12 {
		return false
	}
	count, rest := binary.BigEndian.Uint32(body[8:]), body[12:]
	take := func(n int) []byte {
		if n < 0 || n > len(rest) {
			rest = nil
			return nil
		}
		b := rest[:n]
		rest = rest[n:]
		return b
	}
	text := func() {
		if b := take(2); b != nil {
			take(int(binary.BigEndian.Uint16(b)))
		}
	}
	for range min(count, 10_000) {
		tag := take(4)
		if tag == nil {
			return false
		}
		if binary.BigEndian.Uint32(tag) != 2 {
			return true // a private or a secret key
		}
		text() // the alias
		take(8)
		text() // the kind of certificate
		if b := take(4); b != nil {
			take(int(binary.BigEndian.Uint32(b)))
		}
	}
	return false
}
