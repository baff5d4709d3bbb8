package secretname

import (
	"strings"
	"unicode/utf8"
)

// The words of names, in lower case. All that decides by names goes by these tables:
// what is hidden, what is found, and what the prefilter looks for.

// loneWords make a name that of a credential wherever they stand in it.
var loneWords = wordSet(`password passwords passwd passwds passphrase pass pswd secret secrets token tokens credential credentials creds
	apikey apitoken authkey authtoken accesskey accesstoken secretkey privatekey bearer dockercfg storepass
	srcstorepass deststorepass keypass srckeypass destkeypass passin passout`)

// secretEnds end a word that makes a name that of a credential: dbpassword. Of a word
// anywhere in a name only longEnds count.
var (
	secretEnds = [...]string{"password", "passwd", "passphrase", "secret", "token", "apikey", "appkey", "accesskey", "privatekey", "authkey", "secretkey", "encryptionkey", "signingkey", "masterkey", "accountkey", "storagekey", "presharedkey", "credential", "credentials"}
	longEnds   = [...]string{"password", "passwd", "passphrase", "secret", "apikey"}
)

// keyKinds make a "key" behind them a secret one.
var keyKinds = wordSet(`api access secret private auth encryption signing client master account storage app service license session
	cookie hmac jwt aes shared licence admin gossip encrypt unseal fernet crypt spaces genie kaggle upgrade
	application consumer sign ssh tls ssl rsa deploy decryption stripe sendgrid mailgun`)

// authKinds make an "auth" behind them the credential itself.
var authKinds = wordSet(`basic npm registry docker proxy`)

// descriptionWords describe the credential whose name stands before them: its value
// is in the PASSWORD_FILE, and not the file in the FILE_PASSWORD.
var descriptionWords = wordSet(`file files path paths dir directory folder location url uri urls endpoint host port name names id ids type kind
	length len size count limit expiry expires expire expiration ttl timeout lifetime duration policy algorithm algo
	alg format header field prefix suffix version fingerprint keyring keyserver provider issuer audience stdin fd
	sock socket store cache mode mount label manager helper template regex pattern prompt parallelism ref arn
	hashing rotation cookie placeholder user username review`)

// switchWords make a name that of a setting, wherever they stand in it.
var switchWords = wordSet(`public pub min max allow enable enabled disable disabled require required random empty tokenizer tokenizers
	nopass nopasswd nopassword through`)

// unreportedWords are in names of values that may be secret, so that they are not
// shown, and mostly are not, so that none is a finding for its name alone.
var unreportedWords = wordSet(`uri url model hasher fields hint hash hashed digest checksum command cmd class method input form reset change strength
	validator validation error message msg text title description help doc docs example examples test status state
	index position pos parser symbol color colour keyword keywords env var column attribute separator encoder
	encoding volume bucket selector scope scopes old dummy fake sample mock`)

// programWords are in the names of parts of programs that work with credentials.
var programWords = wordSet(`factory manager mgr spec generator service builder handler listener controller view page dialog panel window
	util utils helper impl exception resolver source supplier request response result filter interceptor strategy
	context component module screen adapter callback event mode group action button icon link template schema params
	options usage rule rules limit character characters char chars`)

// foreignWords are the words for a password, and some for a key, of languages other
// than English.
var foreignWords = strings.Fields(`passwort kennwort schlüssel schluessel contraseña contrasena contrasenya clave senha motdepasse mdp hasło haslo
	heslo parola wachtwoord lösenord losenord passord adgangskode salasana jelszó jelszo parool şifre sifre пароль
	κωδικός 密码 密碼 口令 パスワード 비밀번호 암호`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// secretMarks are the pieces of names of secrets, some with what follows a name, for
// which the prefilter looks.
var secretMarks = [...]string{
	"password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "api-key", "access_key", "accesskey", "access-key",
	"private_key", "privatekey", "private-key", "auth_key", "authkey", "encryption_key", "encryptionkey", "signing_key", "signingkey", "app_key", "appkey", "presharedkey", "preshared_key",
	"client_key", "master_key", "masterkey", "account_key", "accountkey", "storage_key", "storagekey", "credential", "auth_pass",
	"api.key", "access.key", "auth.key", "auth-key", "app.key", "app-key", "account.key", "account-key", "storage.key", "storage-key", "master.key", "master-key",
	"shared_key", "sharedkey", "shared-key", "license_key", "licensekey", "license-key", "licence_key", "licencekey", "session_key", "sessionkey", "admin_key", "adminkey", "gossip_key", "gossipkey", "gossip-key", "encrypt_key", "encrypt-key",
	"unseal_key", "unsealkey", "fernet_key", "fernetkey", "crypt_key", "hash_key", "hashkey", "spaces_key", "spaceskey", "genie_key", "geniekey", "kaggle_key", "kagglekey", "upgradekey", "application_key", "applicationkey", "consumer_key", "service_key",
	"pepper", "authtok", "dnpass", "dbpass", "_pw = ", "_pw=", "_pw: ", "_psk=", "_psk ", "psk=", "pass',", "pwd',",
	"encryption.key", "encryption-key", "signing.key", "signing-key", "private.key", "client.key",
	`"auth":`, "_auth=", "pass=", "pass = ", "pass: ", `pass":`, `pass' =>`, "_pass'", "_pass\n", "pwd=", "pwd = ", "pwd: ", `pwd":`,
}

// foreignMarks are what may follow a foreign word. Translations are full of these
// words, but seldom with what follows a name.
var foreignMarks = [...]string{"=", ": ", " = ", `":`}

// Keywords gives what the prefilter looks for to find names of secrets.
func Keywords() []string {
	marks := secretMarks[:]
	for _, w := range append(foreignWords, "mot_de_passe") {
		for _, m := range foreignMarks {
			marks = append(marks, w+m)
		}
		if w[len(w)-1] < utf8.RuneSelf {
			marks = append(marks, w+"_")
		}
	}
	return marks
}
