package corpus

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// heldOutMade are values that the templates of held-out files use and that no setting has.
func heldOutMade() []kind {
	return []kind{
		{"human password in url", func(s *source) string {
			return pick(s, []string{pronounceable(s), s.between(alnum, 12, 18), s.word() + s.of(digits[1:], 4)})
		}, ""},
		{"human sentence", func(s *source) string {
			return pick(s, []string{s.word() + "-" + s.word() + "-" + s.word() + "-" + s.of(digits[1:], 4), s.of(alnum, 1) + s.of(alnum+"!#%*-_=+.", 30), s.of(alnum, 48), capital(s.word()) + capital(s.word()) + "TopSecret" + s.of(digits[1:], 3)})
		}, ""},
		{"erlang cookie", random(upper, 20), ""},
		{"product key", joined("-", random(upperNum, 5), random(upperNum, 5), random(upperNum, 5), random(upperNum, 5), random(upperNum, 5)), ""},
		{"six", random(alnum, 6), ""},
		{"twelve", random(alnum, 12), ""},
		{"sixteen", random(alnum, 16), ""},
		{"sixteen upper", random(upperNum, 16), ""},
		{"twenty two", random(alnum, 22), ""},
		{"twenty four", random(alnum, 24), ""},
		{"thirty two", random(alnum, 32), ""},
		{"thirty three", random(alnum, 33), ""},
		{"forty three", random(alnum, 43), ""},
		{"nn", random(digits[1:], 2), ""},
		{"short lower", random(lowerNum, 12), ""},
		{"WORD", func(s *source) string { return strings.ToUpper(s.word()) }, ""},
		{"upper hex 64", random(upperHex, 64), ""},
		{"upper hex 128", random(upperHex, 128), ""},
		{"hmac id", random(upperNum, 55), ""},
		{"buildkite agent token", random(lowerHex, 50), ""},
		{"alchemy key", random(urlSafe, 32), ""},
		{"etherscan key", random(upperNum, 34), ""},
		{"fernet key", func(s *source) string { return s.base64url(32) + "=" }, ""},
		{"nextcloud salt", func(s *source) string { return s.of(base64Set, 30) }, ""},
		{"nextcloud secret", func(s *source) string { return s.of(base64Set, 48) }, ""},
		{"mysql generated", func(s *source) string { return s.of(alnum, 5) + s.of("!#*+-.:=>?_", 1) + s.of(alnum, 6) }, ""},
		{"seed phrase", func(s *source) string {
			list := make([]string, 12)
			for i := range list {
				list[i] = s.word()
			}
			return strings.Join(list, " ")
		}, ""},
		{"sixteen bytes", func(s *source) string { return s.base64(16) }, ""},
		{"twelve bytes", func(s *source) string { return s.hex(24) }, ""},
		{"sha1", func(s *source) string { return string(s.bytes(20)) }, ""},
		{"sha1 url", func(s *source) string { return s.base64url(20) }, ""},
		{"fingerprint bytes", func(s *source) string { return colons(s.hex(64)) }, ""},
		{"colon fingerprint", func(s *source) string { return colons(s.of(upperHex, 40)) }, ""},
		{"long modulus", func(s *source) string { return s.base64url(256) }, ""},
		{"bare base64", func(s *source) string { return strings.TrimRight(s.base64(90), "=") }, ""},
		{"bare certificate", func(s *source) string { return base64.StdEncoding.EncodeToString(s.certificate()) }, ""},
		{"long base64", func(s *source) string { return s.base64(129) }, ""},
		{"mongo key", func(s *source) string { return s.base64(756) }, ""},
		{"rsa encrypted", func(s *source) string { return s.base64(256) }, ""},
		{"doubled apr1 hash", func(s *source) string { return "$$apr1$$" + s.of(alnum, 8) + "$$" + s.of(alnum+"./", 22) }, ""},
		{"docker config", func(s *source) string {
			auth := base64.StdEncoding.EncodeToString([]byte(s.word() + ":" + humanPassword(s)))
			return `{"auths":{"` + s.host() + `":{"username":"` + s.word() + `","auth":"` + auth + `"}}}`
		}, ""},
		{"statement", func(s *source) string {
			return `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"` + s.word() + `","digest":{"sha256":"` + hex.EncodeToString(s.bytes(32)) + `"}}]}`
		}, ""},
	}
}
