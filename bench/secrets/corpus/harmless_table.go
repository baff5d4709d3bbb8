package corpus

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// secretKeys are names of secrets; here their values are harmless.
const secretKeys = `password db_password api_key secret_key auth_token access_token client_secret private_key smtp_password
	github_token aws_secret_access_key jwt_secret stripe_secret_key slack_token encryption_key admin_password`

// harmless are the harmless values of settings. Some look like a secret, and some have
// the name of one.
func harmless() []kind {
	return append(append(append(standIns(), aboutSecrets()...), identifiers()...), encodings()...)
}

// standIns are placeholders for a secret.
func standIns() []kind {
	return []kind{
		{"placeholder word", func(s *source) string {
			return pick(s, strings.Fields(`changeme change_me CHANGEME replace_me REPLACE_ME your-api-key-here YOUR_API_KEY your_password_here
				insert-token-here TODO dummy placeholder example my-secret-key-here not-set none null undefined xxxxxxxx XXXXXXXXXXXXXXXX
				********** ................ 0000000000000000 enter_your_secret put-your-key-here your-256-bit-secret <redacted> REDACTED fake-token`))
		}, secretKeys},
		{"placeholder in brackets", func(s *source) string {
			return fmt.Sprintf(pick(s, []string{"<%s>", "[%s]", "<your-%s>", "<%s-goes-here>"}), pick(s, []string{"token", "password", "api-key", "secret", "YOUR_TOKEN", "your key"}))
		}, secretKeys},
		{"token made of filler", func(s *source) string {
			return pick(s, []string{"gh" + "p_", "sk" + "_live_", "xo" + "xb-", "AK" + "IA", "SG.", "npm" + "_", "gl" + "pat-", "hf" + "_"}) +
				pick(s, []string{strings.Repeat("x", 36), strings.Repeat("X", 24), strings.Repeat("*", 16), "YOUR_TOKEN_HERE", strings.Repeat("0", 20), "..."})
		}, secretKeys},
		{"environment reference", func(s *source) string {
			v := pick(s, strings.Fields("DB_PASSWORD API_KEY SECRET_KEY GITHUB_TOKEN STRIPE_SECRET JWT_SECRET"))
			return fmt.Sprintf(pick(s, []string{"${%s}", "$%s", "${env:%s}", "$(%s)", "%%%s%%", "${%s:-}", "env(%s)"}), v)
		}, secretKeys},
		{"template reference", func(s *source) string {
			w := s.word()
			return pick(s, []string{"{{ .Values." + w + ".password }}", "{{ " + w + "_password }}", "${{ secrets." + strings.ToUpper(w) + "_TOKEN }}",
				"{{ vault_" + w + "_secret }}", "#{" + w + "Token}", "%(" + w + "_password)s", "<%= " + w + "_secret %>", "@@" + strings.ToUpper(w) + "_KEY@@", "__" + strings.ToUpper(w) + "_TOKEN__"})
		}, secretKeys},
		{"secret store reference", func(s *source) string {
			w := s.word()
			return pick(s, []string{
				"arn:aws:secretsmanager:eu-west-1:" + s.of(digits[1:], 12) + ":secret:" + w + "/db-" + s.of(alnum, 6),
				"arn:aws:ssm:us-east-1:" + s.of(digits[1:], 12) + ":parameter/" + w + "/token",
				"vault:secret/data/" + w + "#password", "secret/data/" + w + "/database", "op://infra/" + w + "/credential",
				"projects/" + w + "-prod/secrets/db-password/versions/latest", "/run/secrets/" + w + "_password",
				"@Microsoft.KeyVault(SecretUri=https://" + w + ".vault.azure.net/secrets/db/)", "keyring:" + w, "awssm://" + w + "/api", "ssm:/prod/" + w + "/api_key",
			})
		}, secretKeys},
		{"encrypted value", func(s *source) string {
			return pick(s, []string{
				"ENC[AES256_GCM,data:" + s.base64(18) + ",iv:" + s.base64(32) + ",tag:" + s.base64(16) + ",type:str]",
				"ENC(" + s.base64(32) + ")", "ENC[PKCS7," + s.base64(96) + "]", "{cipher}" + s.of(lowerHex, 64),
			})
		}, secretKeys},
		{"terraform expression", func(s *source) string {
			w := s.word()
			return pick(s, []string{"${var." + w + "_password}", "${random_password." + w + ".result}", "${data.vault_generic_secret." + w + ".data[token]}", "${module." + w + ".secret_arn}"})
		}, secretKeys},
		{"deliberate documentation key", documentationKey, "aws_access_key_id aws_secret_access_key access_token jwt"},
	}
}

// documentationKey returns an example credential from public documentation: of AWS, and
// the token on the start page of jwt.io.
func documentationKey(s *source) string {
	return pick(s, []string{
		"AK" + "IA" + "IOSFODNN7" + "EXAMPLE",
		"wJalrXUtn" + "FEMI/K7MDENG/" + "bPxRfiCY" + "EXAMPLEKEY",
		"AK" + "IA" + "I44QH8DHB" + "EXAMPLE",
		sign(`{"alg":"HS256","typ":"JWT"}`, `{"sub":"1234567890","name":"John Doe","iat":1516239022}`, "your-256-bit-secret"),
	})
}

// aboutSecrets are settings whose names contain words for secrets.
func aboutSecrets() []kind {
	return []kind{
		{"number about secrets", func(s *source) string { return s.between(digits[1:], 1, 4) + pick(s, []string{"", "", "s", "m", "h"}) },
			"password_min_length token_ttl api_key_max_age secret_rotation_days session_token_lifetime max_tokens password_attempts key_size token_limit"},
		{"switch about secrets", func(s *source) string { return pick(s, []string{"true", "false", "yes", "on", "enabled", "disabled"}) },
			"require_password use_token secret_scanning show_password enable_api_keys password_auth_enabled token_refresh"},
		{"path about secrets", func(s *source) string {
			return pick(s, []string{"/etc/" + s.word() + "/tls.key", "/var/run/secrets/" + s.word() + "/token", "~/.ssh/id_" + s.word(), "./config/credentials/" + s.word() + ".yml.enc", `/srv/` + s.word() + "/passwords.kdbx"})
		}, "password_file token_file private_key_path ssl_key_file secret_path credentials_file keystore"},
		{"address about secrets", func(s *source) string {
			return "https://" + s.host() + pick(s, []string{"/oauth2/token", "/password/reset", "/.well-known/jwks.json", "/api/v2/keys", "/auth/realms/" + s.word()})
		}, "token_url token_endpoint password_reset_url auth_url jwks_url key_server secret_backend"},
		{"header about secrets", func(s *source) string {
			return pick(s, strings.Fields("X-Api-Key X-Auth-Token Authorization X-CSRF-Token x-goog-api-key X-Vault-Token Proxy-Authorization PRIVATE-TOKEN X-Amz-Security-Token"))
		}, "api_key_header token_header auth_header csrf_header"},
		{"choice about secrets", func(s *source) string {
			return pick(s, strings.Fields("Bearer bearer client_credentials authorization_code refresh_token scram-sha-256 argon2id bcrypt RS256 vault kubernetes aws-kms plaintext opaque password client_secret_basic private_key_jwt"))
		}, "token_type grant_type password_encryption secret_provider key_algorithm auth_method token_format password_hasher client_authentication_method"},
		{"column about secrets", func(s *source) string {
			return s.word() + pick(s, []string{"_id", "_password", "_token_hash", "_key", "_secret_ref", "_created_at"})
		}, "primary_key partition_key sort_key foreign_key password_column token_field secret_key_ref_name join_key"},
		{"cache key", func(s *source) string { return s.word() + ":" + s.word() + ":v" + s.of(digits[1:], 1) }, "cache_key routing_key idempotency_key_prefix redis_key_prefix lookup_key"},
		{"name of a secret", func(s *source) string {
			return s.word() + pick(s, []string{"-db-credentials", "-tls", "-api-token", "-pull-secret", "-service-account", "-ssh-key"})
		}, "secret_name existing_secret key_vault_name key_name secret_ref image_pull_secret token_name credential_id"},
		{"sentence about secrets", func(s *source) string {
			return pick(s, []string{"Must have at least eight characters", "Enter the password of your " + s.word() + " account", "The token that you were sent by mail", "Wrong password, try again", "Never share your API key", "Password changed on " + s.date()})
		}, "password_hint token_description password_label api_key_help secret_question password_error"},
		{"pattern of secrets", func(s *source) string {
			return pick(s, []string{"^[A-Za-z0-9_-]{20,64}$", "[0-9a-f]{40}", "^(?=.*[A-Z])(?=.*[0-9]).{12,}$", "gh" + "p_[A-Za-z0-9]{36}", "AK" + "IA[0-9A-Z]{16}", "sk" + "_live_[0-9a-zA-Z]{24}"})
		}, "password_pattern token_regex api_key_format key_pattern secret_regex"},
		{"word with a keyword inside", func(s *source) string { return s.word() + pick(s, []string{"", "-" + s.word(), " " + s.word()}) },
			"keyboard author tokenizer monkey compass_mode passenger secretary keynote hotkey turnkey bypass_list authority donkey passage"},
		{"name of a variable", func(s *source) string {
			return strings.ToUpper(s.word()) + pick(s, []string{"_API_KEY", "_PASSWORD", "_TOKEN", "_SECRET"})
		},
			"password_env token_env api_key_env_var secret_variable key_from_env env_key"},
		{"model or tokenizer", func(s *source) string {
			return pick(s, strings.Fields("cl100k_base o200k_base bert-base-uncased sentence-transformers/all-MiniLM-L6-v2 gpt2 whitespace standard edge_ngram"))
		}, "tokenizer token_encoding token_filter token_model"},
	}
}

// identifiers are random public values.
func identifiers() []kind {
	return []kind{
		{"uuid", uuid, "request_id tenant_id client_id object_id correlation_id device_id subscription_id installation_id node_uuid guid"},
		{"git commit", random(lowerHex, 40), "commit git_sha revision vcs_ref source_commit build_sha parent_commit"},
		{"short commit", random(lowerHex, 7), "commit short_sha image_tag build_id"},
		{"md5 digest", random(lowerHex, 32), "md5 checksum etag file_hash content_md5"},
		{"sha256 digest", random(lowerHex, 64), "sha256 checksum digest content_hash tree_hash sha256sum"},
		{"sha512 digest", random(lowerHex, 128), "sha512 checksum sha512sum"},
		{"image digest", func(s *source) string { return "ghcr.io/" + s.word() + "/" + s.word() + "@sha256:" + s.hex(64) }, "image base_image container_image sidecar_image"},
		{"trace id", random(lowerHex, 32), "trace_id x_b3_traceid parent_trace"},
		{"span id", random(lowerHex, 16), "span_id parent_span_id"},
		{"ulid", random(upperNum, 26), "event_id order_id message_id"},
		{"mongo object id", random(lowerHex, 24), "_id document_id owner_id"},
		{"pod name", func(s *source) string {
			return s.word() + "-" + s.of("bcdf2456789", 10) + "-" + s.of("bcdfghjklmnpqrstvwxz2456789", 5)
		}, "pod_name pod instance hostname"},
		{"resource version", random(digits[1:], 9), "resource_version generation observed_generation"},
		{"aws resource", func(s *source) string {
			return pick(s, []string{"ami-0", "vpc-0", "subnet-0", "sg-0", "i-0", "eni-0", "vol-0"}) + s.hex(16)
		}, "ami vpc_id subnet_id security_group instance_id"},
		{"aws arn", func(s *source) string {
			return "arn:aws:" + pick(s, []string{"kms:eu-west-1:" + s.of(digits[1:], 12) + ":key/" + s.uuid(), "iam::" + s.of(digits[1:], 12) + ":role/" + s.word(), "s3:::" + s.word() + "-assets"})
		}, "kms_key_id role_arn key_arn bucket_arn kms_key"},
		{"oauth client id", func(s *source) string {
			return pick(s, []string{s.of(digits[1:], 12) + "-" + s.of(lowerNum, 32) + ".apps.googleusercontent.com", "Ov23li" + s.of(alnum, 14), "Iv1." + s.hex(16), "0oa" + s.of(alnum, 17)})
		}, "client_id oauth_client_id google_client_id github_client_id"},
		{"publishable key", func(s *source) string {
			return pick(s, []string{"pk" + "_live_" + s.of(alnum, 24), "pk" + "_live_51" + s.of(alnum, 99), "pk.eyJ1Ijoi" + s.base64url(45) + "." + s.of(urlSafe, 22), "ph" + "c_" + s.of(alnum, 43), "pub" + s.hex(32), "sb_publishable_" + s.of(urlSafe, 31)})
		}, "publishable_key public_key stripe_publishable_key mapbox_public_token next_public_key client_token"},
		{"site key", func(s *source) string { return "6L" + s.of(alnum, 6) + "AAAAA" + s.of(urlSafe, 27) }, "recaptcha_site_key site_key captcha_sitekey"},
		{"analytics id", func(s *source) string {
			return pick(s, []string{"G-" + s.of(upperNum, 10), "UA-" + s.of(digits[1:], 8) + "-1", "GTM-" + s.of(upperNum, 7), "AW-" + s.of(digits[1:], 9)})
		}, "ga_id analytics_id gtm_id tracking_id"},
		{"sentry public dsn", func(s *source) string {
			return "https://" + s.hex(32) + "@o" + s.of(digits[1:], 6) + ".ingest.sentry.io/" + s.of(digits[1:], 7)
		}, "sentry_dsn next_public_sentry_dsn"},
		{"payment object", func(s *source) string {
			return pick(s, []string{"price_1", "prod_", "acct_1", "cus_", "pi_3", "sub_1", "evt_1"}) + s.of(alnum, 16)
		}, "stripe_price_id price_id plan_id stripe_account"},
		{"account sid", func(s *source) string { return "AC" + s.hex(32) }, "twilio_account_sid account_sid"},
		{"firebase app id", func(s *source) string { return "1:" + s.of(digits[1:], 12) + ":web:" + s.hex(22) }, "firebase_app_id app_id"},
		{"workspace id", func(s *source) string { return pick(s, []string{"T0", "C0", "U0", "B0"}) + s.of(upperNum, 9) }, "slack_channel_id slack_team_id workspace"},
		{"ssh public key", func(s *source) string { return s.ed25519Public() }, "ssh_public_key deploy_key_public authorized_key"},
		{"fingerprint", func(s *source) string {
			return pick(s, []string{"SHA256:" + base64.RawStdEncoding.EncodeToString(s.bytes(32)), colons(s.of(upperHex, 40)), s.of(upperHex, 40)})
		}, "fingerprint thumbprint key_fingerprint cert_sha1 gpg_key_id signing_key_id"},
		{"certificate serial", func(s *source) string { return colons(s.of(lowerHex, 32)) }, "serial serial_number certificate_serial"},
		{"network address", func(s *source) string {
			return pick(s, []string{colons(s.hex(12)), "fd" + s.hex(2) + ":" + s.hex(4) + ":" + s.hex(4) + "::" + s.hex(4), "10." + s.of(digits[1:], 2) + "." + s.of(digits[1:], 2) + "." + s.of(digits[1:], 1)})
		}, "mac_address ipv6 bind_address peer_address"},
		{"wireguard public key", func(s *source) string { return s.base64(32) }, "peer_public_key server_public_key wg_public_key"},
		{"ethereum address", func(s *source) string { return "0x" + s.hex(40) }, "contract_address wallet_address"},
		{"chemical", func(s *source) string {
			return pick(s, []string{s.of(upper, 14) + "-" + s.of(upper, 8) + "SA-N", "CC(C)Cc1ccc(cc1)C(C)C(=O)O", "CN1C=NC2=C1C(=O)N(C(=O)N2C)C"})
		}, "inchikey compound smiles"},
		{"token with a wrong checksum", func(s *source) string {
			t := checksummed(pick(s, []string{"gh" + "p_", "gh" + "s_", "npm" + "_"}))(s)
			return t[:len(t)-6] + base62(s.Uint32(), 6)
		}, "sample specimen column_width_probe pattern_case"},
		{"token of a wrong length", func(s *source) string {
			return pick(s, []string{"gh" + "p_" + s.of(alnum, 20), "AK" + "IA" + s.of(upper, 9), "gl" + "pat-" + s.of(alnum, 8), "hf" + "_" + s.of(alnum, 12), "SG." + s.of(alnum, 10), "xo" + "xb-" + s.of(digits, 6)})
		}, "sample specimen column_width_probe pattern_case"},
		{"aws key id outside its alphabet", func(s *source) string { return "AK" + "IA" + s.of("0189", 4) + s.of(upper, 12) }, "part_number sample article"},
	}
}

// encodings are encoded data that looks random.
func encodings() []kind {
	return []kind{
		{"base64 of text", func(s *source) string {
			return base64.StdEncoding.EncodeToString([]byte("The " + s.word() + " of the " + s.word() + " is a " + s.word() + " with a " + s.word()))
		}, "greeting_b64 description banner_b64 motd_encoded message"},
		{"base64 image", func(s *source) string {
			return "data:image/png;base64,iVBORw0KGgo" + "AAAANSUhEUgAA" + s.of(base64Set, 11) + s.base64(60)
		}, "logo icon favicon avatar_placeholder"},
		{"integrity", func(s *source) string {
			return pick(s, []string{"sha512-" + s.base64(64), "sha384-" + s.base64(48), "sha256-" + s.base64(32)})
		}, "integrity script_hash csp_hash"},
		{"colour", func(s *source) string { return "#" + s.hex(6) }, "primary_color background accent link_color"},
		{"hashed asset", func(s *source) string { return s.word() + "." + s.hex(20) + pick(s, []string{".js", ".css", ".woff2"}) }, "main_bundle stylesheet entrypoint font_asset"},
		{"percent-encoded text", func(s *source) string { return "q=" + s.word() + "%20" + s.word() + "%2C" + s.word() + "&sort=asc" }, "query default_search params"},
		{"long identifier", func(s *source) string {
			return s.word() + capital(s.word()) + capital(s.word()) + capital(s.word()) + pick(s, []string{"Factory", "Handler", "Provider", "Strategy"})
		}, "handler_class bean_name strategy key_generator token_provider password_encoder"},
		{"package coordinate", func(s *source) string {
			return "com." + s.word() + "." + s.word() + ":" + s.word() + "-core:" + s.of(digits[1:], 1) + "." + s.of(digits, 1) + ".0"
		}, "dependency artifact plugin"},
		{"time", func(s *source) string { return s.date() + "T1" + s.of(digits, 1) + ":3" + s.of(digits, 1) + ":00Z" }, "created_at last_login token_issued password_changed_at expires key_created"},
	}
}

// colons puts a colon after every second digit.
func colons(hex string) string {
	var parts []string
	for i := 0; i+2 <= len(hex); i += 2 {
		parts = append(parts, hex[i:i+2])
	}
	return strings.Join(parts, ":")
}
