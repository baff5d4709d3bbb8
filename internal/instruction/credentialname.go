package instruction

import (
	"slices"
	"strings"
)

// CredentialName is true if a variable or label of this name is made to hold a
// secret: DB_PASSWORD, apiKey, com.example.token; but not MONKEY, KEYBOARD,
// PASSWORD_FILE or TOKEN_TTL.
func CredentialName(name string) bool {
	words := nameWords(name)
	if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return aboutCredential[w] }) {
		return false
	}
	for i, w := range words {
		switch {
		case secretWords[w]:
			return true
		case w == "KEY" || w == "KEYS":
			if i > 0 && keyKinds[words[i-1]] {
				return true
			}
		case w == "PWD" || w == "AUTH" && authKinds[words[max(i-1, 0)]]:
			if i > 0 && i == len(words)-1 && words[i-1] != "OLD" {
				return true
			}
		default:
			for _, end := range []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "APIKEY"} {
				if strings.HasSuffix(w, end) {
					return true
				}
			}
		}
	}
	return false
}

// secretWords are words that by themselves make a name that of a secret.
var secretWords = wordSet(`PASSWORD PASSWORDS PASSWD PASSWDS PASSPHRASE PASS PSWD SECRET SECRETS TOKEN TOKENS
	CREDENTIAL CREDENTIALS CREDS APIKEY APITOKEN AUTHKEY AUTHTOKEN ACCESSKEY ACCESSTOKEN SECRETKEY PRIVATEKEY
	BEARER DOCKERCFG STOREPASS SRCSTOREPASS DESTSTOREPASS KEYPASS SRCKEYPASS DESTKEYPASS PASSIN PASSOUT`)

// keyKinds are the words before KEY that make it a secret one.
var keyKinds = wordSet(`API APP ACCESS ACCOUNT SECRET PRIVATE ENCRYPTION SIGNING SIGN AUTH MASTER SERVICE
	STORAGE SHARED SSH TLS SSL RSA JWT HMAC SESSION DEPLOY ADMIN LICENSE DECRYPTION CRYPT STRIPE SENDGRID MAILGUN`)

// authKinds are the words before AUTH that make it the credential itself.
var authKinds = wordSet(`BASIC NPM REGISTRY DOCKER PROXY`)

// aboutCredential are words that make a name tell of a secret instead of
// holding it.
var aboutCredential = wordSet(`FILE FILES PATH PATHS DIR DIRECTORY FOLDER LOCATION URL URI URLS ENDPOINT HOST PORT
	NAME NAMES ID IDS TYPE KIND LENGTH LEN SIZE MIN MAX COUNT LIMIT EXPIRY EXPIRES EXPIRE EXPIRATION TTL TIMEOUT
	LIFETIME DURATION POLICY ALGORITHM ALGO ALG FORMAT ENABLED ENABLE DISABLED DISABLE REQUIRED REQUIRE ALLOW
	RANDOM EMPTY PUBLIC PUB HEADER FIELD PREFIX SUFFIX VERSION FINGERPRINT KEYRING KEYSERVER PROVIDER ISSUER
	AUDIENCE STDIN FD SOCK SOCKET STORE CACHE MODE MOUNT LABEL MANAGER HELPER TEMPLATE REGEX PATTERN PROMPT THROUGH
	TOKENIZER TOKENIZERS PARALLELISM REF ARN HASHING ROTATION COOKIE PLACEHOLDER USER USERNAME REVIEW
	NOPASS NOPASSWD NOPASSWORD`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// maxName bounds the length of the names that are looked at, in bytes.
const maxName = 512

// nameWords splits a name into its words, in upper case: at everything that is
// no letter, and where a lower-case letter is followed by an upper-case one.
func nameWords(name string) []string {
	var words []string
	start := -1
	name = name[:min(len(name), maxName)]
	end := func(i int) {
		if start >= 0 {
			words = append(words, strings.ToUpper(name[start:i]))
		}
		start = -1
	}
	for i := range len(name) {
		c := name[i]
		switch upper, lower := 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z'; {
		case !upper && !lower:
			end(i)
			continue
		case upper && i > 0 && 'a' <= name[i-1] && name[i-1] <= 'z':
			end(i)
		}
		if start < 0 {
			start = i
		}
	}
	end(len(name))
	return words
}
