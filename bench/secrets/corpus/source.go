package corpus

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
)

// Alphabets of values.
const (
	digits    = "0123456789"
	lower     = "abcdefghijklmnopqrstuvwxyz"
	upper     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowerHex  = "0123456789abcdef"
	upperHex  = "0123456789ABCDEF"
	alnum     = digits + upper + lower
	lowerNum  = digits + lower
	upperNum  = digits + upper
	urlSafe   = alnum + "-_"
	base64Set = alnum + "+/"
	bech32Set = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
)

// source generates values. The same seed gives the same values.
type source struct {
	*rand.Rand
	chacha *rand.ChaCha8
	kinds  map[string]kind
	rsa    []*rsa.PrivateKey // generated on first use
}

func newSource(seed uint64) *source {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	chacha := rand.NewChaCha8(key)
	s := &source{Rand: rand.New(chacha), chacha: chacha, kinds: map[string]kind{}}
	for _, table := range tables() {
		for _, k := range table {
			s.kinds[k.name] = k
		}
	}
	return s
}

// tables returns all kinds of values.
func tables() [][]kind {
	return [][]kind{tokens(), credentials(), harmless(), debatable(), heldOutTokens(), heldOutCredentials(), heldOutHarmless(), heldOutMade()}
}

// of returns n random characters of an alphabet.
func (s *source) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[s.IntN(len(alphabet))]
	}
	return string(b)
}

// between returns lo to hi random characters of an alphabet.
func (s *source) between(alphabet string, lo, hi int) string {
	return s.of(alphabet, lo+s.IntN(hi-lo+1))
}

func (s *source) bytes(n int) []byte {
	b := make([]byte, n)
	s.chacha.Read(b) // never fails
	return b
}

func (s *source) hex(n int) string { return s.of(lowerHex, n) }

// base64 returns n random bytes in standard base64.
func (s *source) base64(n int) string { return base64.StdEncoding.EncodeToString(s.bytes(n)) }

// base64url returns n random bytes in unpadded base64 for URLs.
func (s *source) base64url(n int) string { return base64.RawURLEncoding.EncodeToString(s.bytes(n)) }

// uuid returns a random UUID of version 4.
func (s *source) uuid() string {
	b := s.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

func pick[T any](s *source, of []T) T { return of[s.IntN(len(of))] }

func shuffle[T any](s *source, of []T) {
	s.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
}

// word returns an English noun, in lower case.
func (s *source) word() string { return pick(s, words()) }

// words are common nouns. None is a keyword of a secret.
func words() []string {
	return strings.Fields(`amber anchor apple arrow badge basket beacon birch blossom border bottle bridge
		bronze bucket button canyon carbon castle cedar cherry cinder circle cliff clover cobalt copper coral
		cotton crystal delta desert dragon ember falcon feather forest garden ginger glacier granite harbor hazel
		helmet honey indigo island ivory jasmine jungle lantern lemon linden lotus magnet maple marble meadow
		mercury meteor mirror mountain nectar ocean olive onyx orchid otter panda pebble pepper pine planet plum
		prairie quartz rabbit raven ribbon river rocket saddle saffron salmon sapphire shadow silver sparrow
		spruce summit sunset thunder tiger timber topaz tulip valley velvet violet walnut willow winter zephyr`)
}

func capital(w string) string { return strings.ToUpper(w[:1]) + w[1:] }

// user returns a login name.
func (s *source) user() string {
	return pick(s, []string{"app", "deploy", "svc_" + s.word(), "admin", "root", "postgres", "backup", s.word(), s.word() + "_rw", "ci-bot"})
}

// host returns a host name in a public or a private domain.
func (s *source) host() string {
	return pick(s, []string{"db", "api", "mail", "cache", "queue", "git", "registry", "node1", "primary"}) + "." +
		s.word() + pick(s, []string{".internal", ".corp.net", "labs.io", ".svc.cluster.local", "-shop.com", ".eu-west-1.amazonaws.com"})
}

// date returns a day of the last years, in ISO 8601.
func (s *source) date() string {
	return "202" + s.of("3456", 1) + "-0" + s.of("123456789", 1) + "-" + s.of("12", 1) + s.of(digits[1:], 1)
}
