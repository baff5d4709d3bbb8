package corpus

// publicData are files in which everything random is public.
func publicData() []document {
	return []document{
		{"apk installed", []template{"lib/apk/db/installed"}, times(6, `C:Q1«sha1 in base64|{base64 sha1}»
P:{word}
V:{version}-r{n}
A:x86_64
c:«git commit|{hex40}»
F:etc/{word}
R:{word}.key
Z:Q1«sha1 in base64|{base64 sha1}»

`)},
		{"pip record", []template{"usr/lib/python3/dist-packages/{word}-{version}.dist-info/RECORD"}, times(8, "{word}/token_{word}.py,sha256=«record digest|{url key}»,{nnn}\n") + "{word}/secrets.py,sha256=«record digest|{url key}»,{nnn}\n"},
		{"package index", []template{"var/lib/apt/lists/{word}_Packages"}, times(4, `Package: lib{word}-secret-{n}
Version: {version}
Description-md5: «md5 digest|{trace id}»
Tag: «list about secrets|role::shared-lib, security::authentication»
SHA256: «sha256 digest|{hex64}»

`)},
		{"gradle verification", []template{"app/gradle/verification-metadata.xml"}, `<verification-metadata>
   <configuration><verify-signatures>true</verify-signatures><trusted-keys><trusted-key id="«fingerprint|{hex40}»" group="org.{word}"/></trusted-keys></configuration>
` + times(4, `   <component group="org.{word}" name="{word}-token" version="{version}"><artifact name="{word}.jar"><sha256 value="«sha256 digest|{hex64}»" origin="Generated"/></artifact></component>
`) + "</verification-metadata>\n"},
		{"lock files of phones", []template{"app/Podfile.lock", "app/pubspec.lock", "app/flake.lock", "app/mix.lock"}, `SPEC CHECKSUMS:
  {Word}Keychain: «sha1 digest|{hex40}»
  GoogleToken: «sha1 digest|{hex40}»
PODFILE CHECKSUM: «sha1 digest|{hex40}»
packages:
  flutter_secure_storage:
    description: {name: flutter_secure_storage, sha256: "«sha256 digest|{hex64}»", url: "https://pub.dev"}
    version: "{version}"
"nixpkgs": {"locked": {"narHash": "«digest|sha256-{wireguard key}»", "rev": "«git commit|{hex40}»", "owner": "{word}"}}
  "plug_crypto": {:hex, :plug_crypto, "{version}", "«sha256 digest|{hex64}»", [:mix], [], "hexpm", "«sha256 digest|{hex64}»"},
`},
		{"bun and deno locks", []template{"app/bun.lock", "app/deno.lock"}, `{"packages": {
` + times(5, `    "@{word}/token-{word}": ["@{word}/token-{word}@{version}", "", {}, "«integrity|{integrity}»"],
`) + `    "jsonwebtoken@{version}": {"integrity": "«integrity|{integrity}»", "dependencies": ["jws"]}
}, "redirects": {"https://deno.land/x/password": "«address about secrets|https://deno.land/x/password@v{version}/mod.ts»"}}
`},
		{"cyclonedx sbom", []template{"usr/share/sbom/{word}.cdx.json", "app/bom.json"}, `{"bomFormat": "CycloneDX", "serialNumber": "urn:uuid:«uuid|{uuid}»", "components": [
` + times(4, `  {"bom-ref": "«identifier|{span id}»", "name": "{word}-secret-store", "hashes": [{"alg": "SHA-512", "content": "«sha512 digest|{sha512 digest}»"}, {"alg": "MD5", "content": "«md5 digest|{trace id}»"}], "purl": "pkg:npm/{word}-password@{version}"},
`) + `  {"name": "{word}", "cryptoProperties": {"assetType": "«choice about secrets|related-crypto-material»", "relatedCryptoMaterialProperties": {"type": "«choice about secrets|private-key»", "state": "active", "size": «number about secrets|2048»}}}
]}
`},
		{"attestation", []template{"srv/{word}/provenance.intoto.jsonl", "app/cosign.bundle"}, `{"payloadType":"application/vnd.in-toto+json","payload":"«statement in base64|{base64 statement}»","signatures":[{"keyid":"«sha256 digest|SHA256:{hex64}»","sig":"«signature|MEUCIQD{influx token}»"}]}
{"base64Signature":"«signature|MEQCIF{influx token}»","cert":"«certificate in base64|{base64 certificate}»","rekorBundle":{"SignedEntryTimestamp":"«signature|MEYCIQ{influx token}»","Payload":{"logID":"«sha256 digest|{hex64}»","integratedTime":17{nnn}{nnn}{nn}}}}
`},
		{"key set", []template{"var/www/html/.well-known/jwks.json", "app/keys/jwks.json"}, `{"keys": [
  {"kty": "RSA", "use": "sig", "kid": "«identifier|{url key}»", "alg": "«choice about secrets|RS256»", "n": "«public part of a key|{long modulus}»", "e": "AQAB", "x5t": "«fingerprint|{sha1 url}»", "x5c": ["«certificate in base64|{bare certificate}»"]},
  {"kty": "EC", "crv": "P-256", "kid": "«uuid|{uuid}»", "x": "«public part of a key|{url key}»", "y": "«public part of a key|{url key}»"}
]}
`},
		{"saml metadata", []template{"etc/shibboleth/{word}-metadata.xml", "app/saml/{word}.xml"}, `<EntityDescriptor ID="«identifier|_{trace id}»" entityID="https://{host}/saml">
  <KeyDescriptor use="«choice about secrets|signing»"><KeyInfo><X509Data><X509Certificate>«certificate in base64|{bare certificate}»</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
  <SignatureValue>«signature|{long base64}»</SignatureValue>
  <DigestValue>«digest|{wireguard key}»</DigestValue>
  <AuthnContextClassRef>«word about secrets|urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport»</AuthnContextClassRef>
  <SingleLogoutService Location="«address about secrets|https://{host}/slo?token=1»"/>
</EntityDescriptor>
`},
		{"dns zone", []template{"var/lib/bind/{word}.org.zone", "etc/nsd/{word}.zone"}, `$ORIGIN {word}.org.
@ IN DNSKEY 257 3 13 «public key|{influx token}»
@ IN DS {nnn}{n} 13 2 «sha256 digest|{hex64}»
@ IN RRSIG A 13 2 3600 20260101000000 20251201000000 {nnn} {word}.org. «signature|{influx token}»
{word}._domainkey IN TXT "v=DKIM1; k=rsa; p=«public key|MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA{influx token}»"
@ IN TXT "google-site-verification=‽site verification|{url key}‽"
@ IN SSHFP 4 2 «sha256 digest|{hex64}»
_443._tcp IN TLSA 3 1 1 «sha256 digest|{hex64}»
_acme-challenge IN TXT "«digest|{url key}»"
key IN CNAME «host name|{host}».
`},
		{"certificate in words", []template{"etc/ssl/certs/{word}.txt", "etc/pki/ca-trust/{word}.pem.txt"}, `Certificate:
    Data:
        Serial Number: «certificate serial|{certificate serial}»
        Signature Algorithm: «choice about secrets|ecdsa-with-SHA256»
            Public Key Algorithm: «choice about secrets|id-ecPublicKey»
                pub:
                    «public key|04:{certificate serial}:»
                    «public key|{certificate serial}»
            X509v3 Subject Key Identifier: «fingerprint|{colon fingerprint}»
            X509v3 Key Usage: critical
                «list about secrets|Digital Signature, Key Encipherment»
    Signature Value:
        «signature|30:45:02:21:00:{certificate serial}:»
        «signature|{certificate serial}»
«certificate|{certificate}»
`},
		{"more test vectors", []template{"usr/share/doc/{word}/aes_gcm_test.json", "go/src/{word}/testdata/hmac.rsp", "usr/src/{word}/test/vectors.txt"}, `{"algorithm": "AES-GCM", "testGroups": [{"ivSize": 96, "keySize": «number about secrets|128», "tests": [
  {"tcId": 1, "key": "«key of a test vector|{trace id}»", "iv": "«test vector|{twelve bytes}»", "msg": "«test vector|{trace id}»", "ct": "«test vector|{trace id}»", "tag": "«test vector|{trace id}»"},
  {"tcId": 2, "key": "«key of a test vector|{hex64}»", "iv": "", "msg": "", "result": "«word about secrets|invalid»"}]}]}
[L=32]
Count = 0
Klen = 40
Key = «key of a test vector|{hex64}»
Msg = «test vector|{hex64}{hex64}»
Mac = «test vector|{hex64}»
PRK: «test vector|{hex64}»
shared secret: «key of a test vector|{hex64}»
`},
		{"tokenizer", []template{"app/models/{word}/tokenizer.json", "app/models/{word}/tokenizer_config.json"}, `{"version": "1.0", "added_tokens": [{"id": 0, "content": "«model token|<|endoftext|>»", "special": true}],
 "bos_token": "«model token|<s>»", "eos_token": "«model token|</s>»", "pad_token": "«model token|[PAD]»", "unk_token": {"content": "«model token|<unk>»", "lstrip": false},
 "mask_token": "«model token|<mask>»", "tokenizer_class": "«class name|LlamaTokenizerFast»", "additional_special_tokens": ["«model token|<|im_start|>»", "«model token|<|assistant|>»"],
 "model": {"type": "BPE", "continuing_subword_prefix": "##", "vocab": {"Ġpassword": «number about secrets|{nnn}», "secret": «number about secrets|{nnn}{n}», "ĠtokenĠ": {nnn}, "api": «number about secrets|{nnn}»}, "merges": ["«word about secrets|pass word»", "«word about secrets|sec ret»"]}}
`},
		{"grammar and theme", []template{"usr/share/{word}/syntaxes/{word}.tmLanguage.json", "app/node_modules/{word}/theme.json"}, `{"name": "{Word}", "scopeName": "source.{word}", "tokenColors": [{"scope": ["«word about secrets|keyword.control»"], "settings": {"foreground": "«colour|{colour}»"}}],
 "patterns": [{"name": "«word about secrets|constant.language.token.{word}»", "match": "«pattern of secrets|\\b(password|secret|token)\\b»"}],
 "repository": {"key": {"begin": "«pattern of a grammar|(['\"])(?=(?:[^\\\\]*\\\\.)*)»", "captures": {"1": {"name": "«word about secrets|support.type.property-name.key»"}}}},
 "semanticTokenScopes": [{"language": "{word}", "scopes": {"token": ["«word about secrets|entity.name.type»"]}}],
 "uuid": "«uuid|{uuid}»"}
`},
		{"precache manifest", []template{"var/www/html/service-worker.js", "var/www/html/static/precache.{trace id}.js"}, `self.__precacheManifest = [
` + times(6, `  {"revision": "«md5 digest|{trace id}»", "url": "/static/js/token.{hex8}.chunk.js"},
`) + `];
workbox.core.setCacheNameDetails({prefix: "«cache key|{word}-secrets-v{n}»"});
const wasm = "«program in base64|AGFzbQEAAAABBgFgAX8Bf{long base64}»";
//# sourceMappingURL=data:application/json;base64,«source map in base64|eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpb{bare base64}»
`},
		{"image data", []template{"var/www/html/{word}.svg", "var/www/html/static/{word}.css", "app/src/{word}.html"}, `<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,«base64 image|iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAA{influx token}»"/>
<path d="«path of a drawing|M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2zm0 18c-4.41 0-8-3.59-8-8»"/></svg>
@font-face { font-family: {word}; src: url(data:font/woff2;base64,«font in base64|d09GMgABAAAAA{long base64}») format("woff2"); }
.token.keyword { color: «colour|{colour}»; } .password-input::placeholder { content: "«label|Password»"; }
<meta name="csrf-token" content="‽csrf token|{url key}‽"><script nonce="«nonce|{sixteen bytes}»" integrity="«integrity|{integrity}»"></script>
<link rel="preload" href="/assets/password-«hashed asset|{hashed asset}»">
`},
		{"encrypted files", []template{"app/secrets/{word}.age", "app/hieradata/{word}.eyaml", "app/data_bags/{word}/db.json"}, `-----BEGIN AGE ENCRYPTED FILE-----
«encrypted value|YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSB{influx token}»
-----END AGE ENCRYPTED FILE-----
db::password: «encrypted value|ENC[PKCS7,MIIBeQYJKoZIhvcNAQcDoIIBajCCAWYCAQAxggEhMIIBHQIBADAF{influx token}]»
db::token: >
  «encrypted value|ENC[GPG,hQIMA5{influx token}]»
{"id": "db", "password": {"encrypted_data": "«encrypted value|{influx token}»", "iv": "«nonce|{sixteen bytes}»", "auth_tag": "«nonce|{sixteen bytes}»", "version": 3, "cipher": "«choice about secrets|aes-256-gcm»"}}
api_key: !vault |
          «encrypted value|$ANSIBLE_VAULT;1.1;AES256»
          «encrypted value|{hex64}{hex8}{hex8}»
sops_pgp__enc: «encrypted value|{influx token}»
sops_mac=«encrypted value|ENC[AES256_GCM,data:{influx token},iv:{wireguard key},tag:{sixteen bytes},type:str]»
`},
		{"data of machines", []template{"etc/machine-info.json", "var/lib/{word}/state.json", "srv/{word}/objects.ndjson"}, times(3, `{"_id": {"$oid": "«mongo object id|{mongo object id}»"}, "machine_id": "«trace id|{trace id}»", "boot_id": "«uuid|{uuid}»", "key": "«cache key|sess/{word}»", "etag": "«md5 digest|\"{trace id}-{n}\"»", "access_key_last_used": "«time|{date}»", "password_last_changed": "«time|{date}T10:00:00Z»"}
{"name": "tokens", "partition_key": "«column about secrets|tenant#token»", "sort_key": "«time|{date}»", "next_page_token": "‽page token|{url key}‽", "sync_token": "«number about secrets|{nnn}{nnn}{n}»", "secret_count": «number about secrets|{n}», "token_symbol": "«word about secrets|USDC»"}
`)},
	}
}

// publicPrograms are programs and texts about secrets that contain none.
func publicPrograms() []document {
	return []document{
		{"shell completion", []template{"usr/share/bash-completion/completions/{word}", "usr/share/zsh/site-functions/_{word}"}, `_{word}() {
  local opts="«list of options|--password= --token= --api-key= --secret-file= --private-key --help»"
  case $prev in
    --password|-p) COMPREPLY=() ;; # «sentence about secrets|never complete a password»
    --token-type) COMPREPLY=( $(compgen -W "«list about secrets|bearer basic digest»" -- "$cur") ) ;;
  esac
  '--password=[«sentence about secrets|password to authenticate with»]:password:'
  '--secret-key=[«sentence about secrets|path to the secret key»]:file:_files'
  '(-k --key)'{-k,--key}'[«sentence about secrets|key to look up»]:key:->keys'
}
`},
		{"usage text", []template{"usr/share/man/man1/{word}.1", "usr/share/doc/{word}/usage.txt", "app/docs/cli.adoc"}, `.TP
.BR \-p , \-\-password= \fI«metavariable|PASSWORD»\fR
«sentence about secrets|Password of the user. If none is given, it is asked for.»
.TP
\fB\-\-token\fR «metavariable|TOKEN»
  --api-key string        «sentence about secrets|API key (default "$API_KEY")»
  --secret-key=KEY        «sentence about secrets|key to sign with, 32 bytes in hex»
  -k, --key-size int      key size in bits (default «number about secrets|2048»)
Usage: {word} login [-u USER] [-p «metavariable|PASSWORD»] --auth-token=«metavariable|<token>» HOST
Example: {word} login -u admin -p «placeholder word|mypassword» --client-secret «placeholder word|CLIENT_SECRET»
Environment: {WORD}_TOKEN «sentence about secrets|Bearer token, overrides the file»
password:: «sentence about secrets|The password of the account. Required.»
`},
		{"resource bundle", []template{"app/BOOT-INF/classes/messages_de.properties", "app/i18n/{word}_es.properties", "app/locale/fr/LC_MESSAGES/{word}.ftl"}, `login.password=«label|Passwort»
login.password.placeholder=«label|Ihr Passwort»
login.forgot-password = «label|Passwort vergessen?»
error.token.expired=«sentence about secrets|Ihr Anmeldetoken ist abgelaufen»
password.rules=«sentence about secrets|Mindestens 12 Zeichen, davon eine Ziffer»
contrasena.etiqueta=«label|Contraseña»
secret_question = «sentence about secrets|¿Cuál era el nombre de su primera mascota?»
api_key_label=«label|Clé d'API»
mot_de_passe=«label|Mot de passe»
senha=«label|Senha»
client_secret=«label|Geheimnis des Clients»
access_token=«label|Zugriffstoken»
pwd=«label|Kennwort»
token-name = «label|Nom du jeton»
passphrase=«label|Passphrase»
`},
		{"schema of settings", []template{"usr/share/{word}/schema.json", "app/{word}.schema.json", "app/config/crd.yaml"}, `{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {
  "password": {"type": "«choice about secrets|string»", "minLength": «number about secrets|12», "writeOnly": true, "description": "«sentence about secrets|Password for the database»", "format": "«choice about secrets|password»"},
  "apiKey": {"$ref": "«reference in a schema|#/$defs/secretRef»", "examples": ["«placeholder word|my-api-key»"], "default": ""},
  "tokenUrl": {"type": "string", "format": "uri", "default": "«address about secrets|https://{host}/oauth/token»"},
  "secretName": {"type": "string", "pattern": "«pattern of secrets|^[a-z0-9]([-a-z0-9]*[a-z0-9])?$»", "title": "«label|Secret name»"},
  "keyAlgorithm": {"enum": ["«choice about secrets|RSA»", "«choice about secrets|ECDSA»"]}},
 "required": ["«column about secrets|password»", "«column about secrets|apiKey»"]}
`},
		{"kernel settings", []template{"boot/config-{version}-amd64", "etc/sysctl.d/{word}.conf", "lib/modprobe.d/{word}.conf"}, `CONFIG_KEYS=«switch about secrets|y»
CONFIG_TRUSTED_KEYS=«switch about secrets|m»
CONFIG_SECRETMEM=«switch about secrets|y»
CONFIG_SYSTEM_TRUSTED_KEYS="«path about secrets|debian/certs/debian-uefi-certs.pem»"
CONFIG_MODULE_SIG_KEY="«path about secrets|certs/signing_key.pem»"
CONFIG_MODULE_SIG_HASH="«choice about secrets|sha256»"
CONFIG_KEYBOARD_ATKBD=«switch about secrets|y»
CONFIG_INPUT_KEYBOARD=«switch about secrets|y»
# CONFIG_BIG_KEYS is not set
kernel.keys.maxkeys = «number about secrets|2000»
net.ipv4.tcp_fastopen_key = «number about secrets|00000000-00000000-00000000-00000000»
`},
		{"constants", []template{"usr/include/{word}/constants.h", "usr/lib/python3.12/token.py", "app/src/{word}_tokens.rs"}, `#define SSL_CTRL_SET_TLSEXT_TICKET_KEYS «number about secrets|59»
#define PAM_AUTHTOK «number about secrets|6»
#define TOKEN_QUERY «expression|(0x0008)»
#define EVP_PKEY_ED25519 «constant|NID_ED25519»
#define KEY_ENTER «number about secrets|28»
typedef enum { «constant|TOKEN_IDENT, TOKEN_STRING, TOKEN_SECRET» } token_type;
ENDMARKER = «number about secrets|0»
TOKEN_NAMES = ['«constant|NUMBER»', '«constant|STRING»']
pub const SECRET_KEY_LENGTH: usize = «number about secrets|32»;
pub const PASSWORD_HEADER: &str = "«header about secrets|x-password»";
const TOKEN_REVIEW_KIND: &str = "«class name|TokenReview»";
secret_len = «number about secrets|64»
`},
		{"unit tests", []template{"app/test/{word}.spec.ts", "app/tests/test_{word}.py", "app/internal/{word}/auth_test.go"}, `describe('login', () => {
  it('asks for a password', () => { expect(field.type).toBe('«choice about secrets|password»'); });
  const token = «function call|await fixtures.tokenFor(user)»;
  jest.spyOn(auth, 'getToken').mockResolvedValue('«placeholder word|fake-token»');
  expect(screen.getByLabelText('«label|Password»')).toBeVisible();
  expect(res.body.error).toEqual('«sentence about secrets|password is too short»');
});
def test_mask():
    assert mask("token=«placeholder word|xxxx»") == "token=«placeholder word|****»"
    assert parse(":secret:") == ("«word about secrets|secret»", None)
func TestKey(t *testing.T) {
	key := «function call|make([]byte, 32)»
	want := "«sha256 digest|{hex64}»" // digest of the empty key
	for _, name := range []string{"«word about secrets|password»", "«word about secrets|api_key»"} {
`},
		{"more minified programs", []template{"var/www/html/assets/index-{hex8}.js", "app/node_modules/{word}/dist/{word}.umd.min.js"}, `!function(e){var t={password:«minified|e.password»,token:«minified|n(7).token»,secretKey:«minified|void 0»,apiKey:«minified|null»};` +
			`const a={type:"«choice about secrets|password»",autocomplete:"«choice about secrets|new-password»"},o={accessToken:«minified|""»,refreshToken:«minified|!1»};` +
			`i.interceptors.request.use((e=>(e.headers["Authorization"]=«minified|"Bearer "+s()»,e)));function c(e,t){return e.key=«minified|t.key||"default"»,e}` +
			`var l="«character table|ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/»",u="«character table|0123456789abcdef»",d={keyCode:«number about secrets|13»,keyPath:"«column about secrets|id»"};` +
			`p={tokenType:"«choice about secrets|Bearer»",tokenEndpoint:"«address about secrets|https://{host}/token»",passwordLabel:"«label|Kennwort»"};throw Error("«sentence about secrets|Minified error: invalid token")»}();` + "\n"},
		{"keyboard maps", []template{"usr/share/X11/xkb/symbols/{word}", "etc/inputrc", "usr/share/{word}/keymap.json"}, `xkb_symbols "basic" {
    key <AE01> { [ «symbols|1, exclam, onesuperior, exclamdown» ] };
    key <AD01> { [ «symbols|q, Q, at, Greek_OMEGA» ] };
    key.type = "«choice about secrets|FOUR_LEVEL»";
};
set keymap «choice about secrets|vi-command»
set bell-style none
"\e[A": «name of a command|history-search-backward»
{"key": "«key binding|ctrl+k ctrl+s»", "command": "«name of a command|workbench.action.openGlobalKeybindings»", "when": "«expression|!passwordInputFocus»"}
{"keys": ["«key binding|super+shift+p»"], "command": "«name of a command|show_overlay»"}
`},
	}
}

// publicPolicies are rules about the access to secrets, and their locations.
func publicPolicies() []document {
	return []document{
		{"roles of a cluster", []template{"app/k8s/rbac.yaml", "srv/{word}/operator/role.yaml"}, `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
rules:
  - apiGroups: [""]
    resources: ["«word about secrets|secrets»", "«word about secrets|serviceaccounts/token»"]
    resourceNames: ["«name of a secret|{word}-tls»"]
    verbs: [get, list]
---
kind: Pod
spec:
  volumes:
    - name: «name of a secret|token-vol»
      projected: {sources: [{serviceAccountToken: {path: «path about secrets|token», expirationSeconds: «number about secrets|3600», audience: «word about secrets|vault»}}]}
    - secret: {secretName: «name of a secret|{word}-keys», defaultMode: «number about secrets|0400», items: [{key: «name of a secret|tls.key», path: «path about secrets|server.key»}]}
  containers:
    - envFrom: [{secretRef: {name: «name of a secret|{word}-env»}}]
      args: ["--tls-private-key-file=«path about secrets|/certs/tls.key»", "--token-ttl=«duration about secrets|1h»", "--oidc-username-claim=«column about secrets|sub»"]
`},
		{"vault policy", []template{"etc/vault.d/{word}.hcl", "srv/{word}/vault-agent.hcl"}, `path "«secret store reference|secret/data/{word}/*»" { capabilities = ["«choice about secrets|read»"] }
path "«secret store reference|auth/token/renew-self»" { capabilities = ["update"] }
seal "awskms" { kms_key_id = "«uuid|{uuid}»" region = "eu-west-1" }
auto_auth {
  method "approle" { config = { role_id_file_path = "«path about secrets|/etc/vault.d/role_id»" secret_id_file_path = "«path about secrets|/etc/vault.d/secret_id»" remove_secret_id_file_after_reading = «switch about secrets|false» } }
  sink "file" { config = { path = "«path about secrets|/run/{word}/token»" } }
}
template { contents = "«template reference|{{ with secret \"secret/data/{word}\" }}{{ .Data.data.password }}{{ end }}»" destination = "/run/{word}.env" }
listener "tcp" { tls_key_file = "«path about secrets|/etc/vault.d/key.pem»" }
token_period = "«duration about secrets|24h»"
default_lease_ttl = "«duration about secrets|768h»"
`},
		{"access policy", []template{"app/iam/{word}-policy.json", "srv/{word}/trust.json"}, `{"Version": "2012-10-17", "Statement": [
  {"Sid": "ReadSecrets", "Effect": "Allow", "Action": ["«word about secrets|secretsmanager:GetSecretValue»", "«word about secrets|kms:Decrypt»"], "Resource": "«secret store reference|arn:aws:secretsmanager:eu-west-1:{nnn}{nnn}{nnn}{nnn}:secret:prod/{word}-??????»"},
  {"Action": "«word about secrets|ssm:GetParameter»", "Resource": "«secret store reference|arn:aws:ssm:*:*:parameter/{word}/db_password»", "Condition": {"StringEquals": {"secretsmanager:VersionStage": "«word about secrets|AWSCURRENT»", "sts:ExternalId": "‽external id|{uuid}‽"}}},
  {"Effect": "Deny", "Action": "«word about secrets|iam:CreateAccessKey»", "Resource": "*"}],
 "secrets": [{"name": "DB_PASSWORD", "valueFrom": "«secret store reference|arn:aws:secretsmanager:eu-west-1:{nnn}{nnn}{nnn}{nnn}:secret:{word}-{six}:password::»"}, {"name": "API_TOKEN", "valueFrom": "«secret store reference|/prod/{word}/token»"}]}
`},
		{"sample settings", []template{"app/config.example.yml", "usr/share/doc/{word}/examples/{word}.conf.sample", "app/settings.ini.dist", "etc/{word}.conf.default"}, `# Copy this file and put your own values in.
database:
  password: «placeholder word|changeme»
  passwort: «placeholder word|hier-eintragen»
api_key: «placeholder word|<paste-your-key>»
secret_key: "«placeholder word|replace this with a long random string»"
#password = «placeholder word|secret»
; token = «placeholder word|abc123»
jwt_secret=«placeholder word|your_jwt_secret_here»
smtp_pass = "«placeholder word|xxxxx»"
aws_secret_access_key = «placeholder word|AWS_SECRET_KEY_HERE»
database_url = postgres://«placeholder in url|USER:PASSWORD@HOST:5432/DB»
slack_webhook: https://hooks.slack.com/services/«placeholder in url|T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX»
github_token: «placeholder word|gh` + `p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx»
encryption_key: «placeholder word|0123456789abcdef0123456789abcdef»
stripe_key = «placeholder word|sk` + `_live_...»
client_secret: «placeholder word|${CLIENT_SECRET}»
`},
		{"identity settings", []template{"etc/{word}/oidc.yaml", "app/config/auth.yml", "etc/oauth2-proxy/{word}.cfg"}, `issuer: «address about secrets|https://{host}/realms/{word}»
token_endpoint_auth_method: «choice about secrets|client_secret_post»
client_id: «name of a client|{word}-web»
client_secret_file: «path about secrets|/run/secrets/oidc»
cookie_name: «cookie name|_oauth2_token»
cookie_secure: «switch about secrets|true»
pass_access_token = «switch about secrets|true»
pass_authorization_header = «switch about secrets|true»
pass_user_headers: «switch about secrets|false»
set_xauthrequest = «switch about secrets|true»
skip_jwt_bearer_tokens: «switch about secrets|true»
password_grant: «switch about secrets|disabled»
jwt_key_id: «identifier|{short lower}»
access_token_validity: «duration about secrets|10m»
secret_rotation: {interval: «duration about secrets|720h», keep: «number about secrets|2»}
api_keys: {prefix: «word about secrets|{word}_», hash: «choice about secrets|sha256», length: «number about secrets|40»}
password_policy: {min_length: «number about secrets|12», dictionary: «path about secrets|/usr/share/dict/words», hibp: «switch about secrets|true»}
two_factor: {secret_length: «number about secrets|20», token_window: «number about secrets|1»}
scopes_claim: «column about secrets|scope»
`},
		{"desktop keyrings", []template{"usr/share/applications/{word}.desktop", "usr/share/dbus-1/services/{word}.service", "usr/share/polkit-1/actions/org.{word}.policy"}, `[Desktop Entry]
Name=«label|Passwords and Keys»
Keywords=«list about secrets|keyring;encryption;security;sign;ssh;password»;
Exec=«path about secrets|/usr/bin/{word} --secrets»
Name[de]=«label|Passwörter und Verschlüsselung»
[D-BUS Service]
Name=«class name|org.freedesktop.secrets»
<message>«sentence about secrets|Authentication is required to change the password»</message>
<annotate key="«word about secrets|org.freedesktop.policykit.imply»">«class name|org.{word}.set-password»</annotate>
<allow_active>«choice about secrets|auth_admin_keep»</allow_active>
`},
	}
}
