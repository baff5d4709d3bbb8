package corpus

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// rsaKeys is the number of RSA keys. Encodings share them, since primes are slow to find.
const rsaKeys = 4

// pemText returns a key or certificate in PEM.
func (s *source) pemText(name string) (string, bool) {
	switch name {
	case "rsa private key":
		return armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(s.rsaKey())), true
	case "rsa pkcs8 key":
		return armour("PRIVATE KEY", pkcs8(s.rsaKey())), true
	case "ec private key":
		der, err := x509.MarshalECPrivateKey(s.ecKey())
		must(err)
		return armour("EC PRIVATE KEY", der), true
	case "ec pkcs8 key":
		return armour("PRIVATE KEY", pkcs8(s.ecKey())), true
	case "ed25519 key":
		return armour("PRIVATE KEY", pkcs8(s.ed25519Key())), true
	case "openssh key":
		return armour("OPENSSH PRIVATE KEY", s.openSSH()), true
	case "encrypted pkcs8 key":
		return armour("ENCRYPTED PRIVATE KEY", s.encryptedPKCS8()), true
	case "encrypted rsa key":
		return s.encryptedRSA(), true
	case "pgp private key":
		return s.pgpPrivate(), true
	case "certificate":
		return armour("CERTIFICATE", s.certificate()), true
	case "public key":
		der, err := x509.MarshalPKIXPublicKey(s.ecKey().Public())
		must(err)
		return armour("PUBLIC KEY", der), true
	case "rsa public key":
		return armour("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&s.rsaKey().PublicKey)), true
	case "escaped rsa key":
		return strings.ReplaceAll(armour("PRIVATE KEY", pkcs8(s.rsaKey())), "\n", `\n`) + `\n`, true
	}
	return "", false
}

// armour returns PEM text without the last newline.
func armour(kind string, der []byte) string {
	return strings.TrimSuffix(string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})), "\n")
}

func pkcs8(key any) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(err)
	return der
}

// must is for errors that only a bug of this package can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *source) rsaKey() *rsa.PrivateKey {
	if len(s.rsa) < rsaKeys {
		s.rsa = append(s.rsa, s.newRSA())
		return s.rsa[len(s.rsa)-1]
	}
	return pick(s, s.rsa)
}

// newRSA returns a key of 2048 bits. crypto/rsa cannot be seeded.
func (s *source) newRSA() *rsa.PrivateKey {
	one, e := big.NewInt(1), big.NewInt(65537)
	for {
		p, q := s.prime(128), s.prime(128)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || p.Cmp(q) == 0 {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: d, Primes: []*big.Int{p, q}}
		key.Precompute()
		must(key.Validate())
		return key
	}
}

// prime returns a prime of n bytes with the two highest bits set.
func (s *source) prime(n int) *big.Int {
	b := s.bytes(n)
	b[0], b[n-1] = b[0]|0xc0, b[n-1]|1
	p, two := new(big.Int).SetBytes(b), big.NewInt(2)
	for !p.ProbablyPrime(0) {
		p.Add(p, two)
	}
	return p
}

func (s *source) ecKey() *ecdsa.PrivateKey {
	b := s.bytes(32)
	b[0] &= 0x7f // below the order of the curve
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), b)
	must(err)
	return key
}

func (s *source) ed25519Key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(s.bytes(ed25519.SeedSize))
}

// ed25519Public returns a line of authorized_keys.
func (s *source) ed25519Public() string {
	public := s.ed25519Key().Public().(ed25519.PublicKey)
	wire := sshStrings("ssh-ed25519", string(public))
	return "ssh-ed25519 " + base64.StdEncoding.EncodeToString([]byte(wire)) + " " + s.word() + "@" + s.word()
}

// sshStrings encodes strings in the SSH format, with their lengths.
func sshStrings(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return string(b)
}

// openSSH returns an unencrypted Ed25519 key in the format of PROTOCOL.key.
func (s *source) openSSH() []byte {
	key := s.ed25519Key()
	public := string(key.Public().(ed25519.PublicKey))
	check := string(s.bytes(4))
	private := check + check + sshStrings("ssh-ed25519", public, string(key), s.word()+"@"+s.word())
	for i := 1; len(private)%8 != 0; i++ {
		private += string(rune(i))
	}
	return []byte("openssh-key-v1\x00" + sshStrings("none", "none", "") + "\x00\x00\x00\x01" +
		sshStrings(sshStrings("ssh-ed25519", public), private))
}

// encryptedPKCS8 returns a key encrypted with PBES2: PBKDF2 with SHA-256, AES-256-CBC.
func (s *source) encryptedPKCS8() []byte {
	const rounds = 2048
	salt, iv := s.bytes(16), s.bytes(aes.BlockSize)
	key, err := pbkdf2.Key(sha256.New, strongPassword(s), salt, rounds, 32)
	must(err)
	type algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters any `asn1:"optional"`
	}
	type kdf struct {
		Salt   []byte
		Rounds int
		PRF    pkix.AlgorithmIdentifier
	}
	type scheme struct{ KDF, Cipher algorithm }
	type info struct {
		Scheme algorithm
		Data   []byte
	}
	der, err := asn1.Marshal(info{
		Scheme: algorithm{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}, scheme{
			KDF: algorithm{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}, kdf{salt, rounds,
				pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}, Parameters: asn1.NullRawValue}}},
			Cipher: algorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, iv},
		}},
		Data: cbc(key, iv, pkcs8(s.ecKey())),
	})
	must(err)
	return der
}

// encryptedRSA returns a key in the traditional encrypted format of OpenSSL, with the
// cipher in the PEM header.
func (s *source) encryptedRSA() string {
	iv, password := s.bytes(aes.BlockSize), strongPassword(s)
	first := md5.Sum([]byte(password + string(iv[:8])))
	data := cbc(first[:], iv, x509.MarshalPKCS1PrivateKey(s.rsaKey()))
	header := "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC," + strings.ToUpper(hex.EncodeToString(iv)) + "\n\n"
	return strings.Replace(armour("RSA PRIVATE KEY", data), "\n", header, 1)
}

func cbc(key, iv, plain []byte) []byte {
	block, err := aes.NewCipher(key)
	must(err)
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	out := append([]byte{}, plain...)
	for range pad {
		out = append(out, byte(pad))
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out
}

// certificate returns a self-signed certificate.
func (s *source) certificate() []byte {
	key := s.ed25519Key()
	made := time.Date(2024, 1, 1+s.IntN(300), 0, 0, 0, 0, time.UTC)
	name := pkix.Name{CommonName: s.host(), Organization: []string{capital(s.word()) + " Ltd"}}
	der, err := x509.CreateCertificate(s.chacha, &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(s.bytes(15)), Subject: name,
		NotBefore: made, NotAfter: made.AddDate(2, 0, 0), DNSNames: []string{name.CommonName},
	}, &x509.Certificate{Subject: name}, key.Public(), key)
	must(err)
	return der
}

// pgpPrivate returns an unprotected Ed25519 key with a user id and its signature, by RFC
// 4880 and the extensions of GnuPG.
func (s *source) pgpPrivate() string {
	seed := s.bytes(ed25519.SeedSize)
	key := ed25519.NewKeyFromSeed(seed)
	public := []byte{4, 0x65, 0, 0, 0, 22, 9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01}
	public = append(public, mpi(append([]byte{0x40}, key.Public().(ed25519.PublicKey)...))...)
	secret := mpi(seed)
	sum := 0
	for _, b := range secret {
		sum += int(b)
	}
	user := capital(s.word()) + " <" + s.word() + "@" + s.word() + ".com>"

	hashed := []byte{4, 0x13, 22, 8, 0, 6, 5, 2, 0x65, 0, 0, 1}
	h := sha256.New()
	fmt.Fprintf(h, "\x99%c%c%s\xb4%s%s%s\x04\xff%s", len(public)>>8, len(public), public,
		binary.BigEndian.AppendUint32(nil, uint32(len(user))), user, hashed, binary.BigEndian.AppendUint32(nil, uint32(len(hashed))))
	digest := h.Sum(nil)
	signature := ed25519.Sign(key, digest)
	fingerprint := sha1.Sum(append([]byte{0x99, 0, byte(len(public))}, public...))
	signed := append(append(hashed, 0, 10, 9, 16), fingerprint[12:]...)
	signed = append(signed, digest[:2]...)
	signed = append(append(signed, mpi(signature[:32])...), mpi(signature[32:])...)

	packet := func(tag byte, body []byte) []byte { return append([]byte{0xc0 | tag, byte(len(body))}, body...) }
	data := packet(5, append(append(append(public, 0), secret...), byte(sum>>8), byte(sum)))
	data = append(data, packet(13, []byte(user))...)
	data = append(data, packet(2, signed)...)
	crc := crc24(data)
	text := base64.StdEncoding.EncodeToString(data)
	var lines []string
	for ; len(text) > 64; text = text[64:] {
		lines = append(lines, text[:64])
	}
	lines = append(lines, text, "="+base64.StdEncoding.EncodeToString([]byte{byte(crc >> 16), byte(crc >> 8), byte(crc)}))
	const kind = "PGP PRIVATE KEY BLOCK-----"
	return "-----BEGIN " + kind + "\n\n" + strings.Join(lines, "\n") + "\n-----END " + kind
}

// mpi returns an OpenPGP integer: the number of bits, then the bytes.
func mpi(b []byte) []byte {
	n := new(big.Int).SetBytes(b)
	return append(binary.BigEndian.AppendUint16(nil, uint16(n.BitLen())), n.Bytes()...)
}

// crc24 returns the checksum of OpenPGP armor.
func crc24(data []byte) uint32 {
	crc := uint32(0xb704ce)
	for _, b := range data {
		crc ^= uint32(b) << 16
		for range 8 {
			if crc <<= 1; crc&0x1000000 != 0 {
				crc ^= 0x1864cfb
			}
		}
	}
	return crc & 0xffffff
}

// sign returns a JSON web token with HMAC-SHA-256.
func sign(header, claims, secret string) string {
	signing := jwtPart(header) + "." + jwtPart(claims)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signing))
	return signing + "." + jwtPart(string(mac.Sum(nil)))
}

func jwtPart(data string) string { return base64.RawURLEncoding.EncodeToString([]byte(data)) }

func (s *source) claims() string {
	return fmt.Sprintf(`{"iss":"https://%s","sub":"%s","aud":"%s","iat":1%s,"jti":"%s"}`, s.host(), s.user(), s.word(), s.of(digits[1:], 9), s.uuid())
}

func hmacJWT(s *source) string {
	return sign(pick(s, []string{`{"alg":"HS256","typ":"JWT"}`, `{"typ":"JWT","alg":"HS256"}`}), s.claims(), s.base64(32))
}

func rsaJWT(s *source) string {
	signing := jwtPart(`{"alg":"RS256","kid":"`+s.hex(16)+`","typ":"JWT"}`) + "." + jwtPart(s.claims())
	digest := sha256.Sum256([]byte(signing))
	signature, err := rsa.SignPKCS1v15(nil, s.rsaKey(), crypto.SHA256, digest[:])
	must(err)
	return signing + "." + jwtPart(string(signature))
}
