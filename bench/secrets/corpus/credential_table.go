package corpus

import (
	"net/url"
	"strings"
)

// credentials are secrets without the format of an issuer: passwords, keys that a program
// generated, and URLs with a password.
func credentials() []kind {
	return []kind{
		{"strong password", strongPassword, `db_password database_password postgres_password mysql_root_password redis_password smtp_password
			admin_password ldap_bind_password rabbitmq_default_pass keystore_password ftp_password elastic_password db_pass mail_password password`},
		{"passphrase", passphrase, "admin_password ssh_passphrase root_password backup_passphrase wifi_password"},
		{"memorable password", memorable, "db_password admin_pass mysql_password sa_password root_password smtp_pass user_password"},
		{"random key in hex", func(s *source) string { return s.hex(pick(s, []int{32, 48, 64})) },
			"secret_key session_secret encryption_key app_secret cookie_secret csrf_secret signing_key internal_api_key"},
		{"random key in base64", func(s *source) string { return s.base64(pick(s, []int{24, 32, 48})) },
			"secret_key_base jwt_secret encryption_key master_key signing_secret flask_secret_key"},
		{"random api key", func(s *source) string { return s.between(alnum, 24, 40) },
			"api_key api_secret client_secret auth_token access_token service_token partner_api_key webhook_secret"},
		{"short api key", func(s *source) string { return s.between(alnum, 16, 20) }, "api_key apikey access_key auth_key"},
		{"framework key", func(s *source) string { return "base64:" + s.base64(32) }, "app_key"},
		{"symfony style secret", random(lowerHex, 32), "app_secret kernel_secret"},
		{"hmac json web token", hmacJWT, "jwt access_token id_token service_account_token bearer_token"},
		{"rsa json web token", rsaJWT, "access_token auth_token bearer_token service_jwt"},
		{"postgres url", databaseURL("postgres", "postgresql"), "database_url db_url postgres_url sqlalchemy_database_uri"},
		{"mysql url", databaseURL("mysql", "mysql+pymysql"), "database_url mysql_url"},
		{"mongodb url", databaseURL("mongodb+srv", "mongodb"), "mongo_url mongodb_uri mongo_connection"},
		{"amqp url", databaseURL("amqp", "amqps"), "amqp_url rabbitmq_url broker_url celery_broker_url"},
		{"redis url", func(s *source) string {
			return pick(s, []string{"redis", "rediss"}) + "://" + pick(s, []string{"", "default"}) + ":" + s.between(alnum, 16, 32) + "@" + s.host() + ":6379/0"
		}, "redis_url cache_url celery_result_backend"},
		{"smtp url", databaseURL("smtp", "smtps"), "mailer_dsn email_url smtp_url"},
		{"basic auth url", func(s *source) string {
			return "https://" + s.user() + ":" + s.between(alnum, 12, 24) + "@" + s.host() + "/" + s.word()
		}, "webhook_url registry_url repo_url endpoint git_remote pip_index_url"},
		{"jdbc url", jdbc, "spring_datasource_url jdbc_url db_url"},
		{"sql server string", func(s *source) string {
			return "Server=" + s.host() + ",1433;Database=" + s.word() + ";User Id=" + s.word() + ";Password=" + s.between(alnum+"!#_-", 12, 20) + ";Encrypt=true"
		}, "connection_string default_connection sql_connection"},
		{"azure storage string", func(s *source) string {
			return "DefaultEndpointsProtocol=https;AccountName=" + s.word() + s.of(digits, 3) + ";AccountKey=" + azureStorage(s) + ";EndpointSuffix=core.windows.net"
		}, "azure_storage_connection_string storage_connection"},
		{"azure service bus string", func(s *source) string {
			return "Endpoint=sb://" + s.word() + ".servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=" + s.base64(32)
		}, "service_bus_connection_string event_hub_connection"},
		{"azure shared access signature", func(s *source) string {
			return "https://" + s.word() + ".blob.core.windows.net/" + s.word() + "?sv=2023-11-03&ss=b&srt=sco&sp=rwdlac&se=2030-01-01T00:00:00Z&sig=" + url.QueryEscape(s.base64(32))
		}, "blob_sas_url storage_sas_url"},
		{"cloudinary url", func(s *source) string {
			return "cloudinary" + "://" + s.of(digits, 15) + ":" + s.of(urlSafe, 27) + "@" + s.word()
		}, "cloudinary_url"},
		{"sentry private dsn", func(s *source) string {
			return "https://" + s.hex(32) + ":" + s.hex(32) + "@sentry." + s.word() + ".io/" + s.of(digits[1:], 3)
		}, "sentry_dsn raven_dsn"},
	}
}

// awkward are the special characters in passwords that need no escape in any syntax.
const awkward = "!@%^*_+=.?~-"

// strongPassword returns a password like those of a password manager.
func strongPassword(s *source) string {
	p := []byte(s.of(lower, 1) + s.of(upper, 1) + s.of(digits, 1) + s.of(awkward, s.IntN(3)) + s.between(alnum, 11, 21))
	shuffle(s, p[1:])
	return string(p)
}

// passphrase returns several words.
func passphrase(s *source) string {
	return strings.Join([]string{s.word(), s.word(), s.word(), s.word()}, pick(s, []string{"-", "_", "."})) + pick(s, []string{"", s.of(digits, 2)})
}

// memorable returns a password like those that people choose if a capital letter, a digit
// and a special character are required.
func memorable(s *source) string {
	w := capital(s.word())
	if s.IntN(2) == 0 {
		w = strings.NewReplacer("a", "@", "o", "0", "i", "1", "e", "3").Replace(w)
	}
	return w + pick(s, []string{"", capital(s.word())}) + s.between(digits, 2, 4) + s.of("!*#.", 1)
}

func databaseURL(schemes ...string) func(*source) string {
	return func(s *source) string {
		return pick(s, schemes) + "://" + s.word() + ":" + pick(s, []string{
			s.between(alnum, 10, 24), url.QueryEscape(strongPassword(s)), memorableInURL(s),
		}) + "@" + s.host() + pick(s, []string{"/", ":5432/", "/prod_"}) + s.word()
	}
}

// memorableInURL returns one without the characters that end the user info of a URL.
func memorableInURL(s *source) string {
	return strings.NewReplacer("@", "a", "#", "").Replace(memorable(s))
}

func jdbc(s *source) string {
	password := s.between(alnum, 10, 20)
	return pick(s, []string{
		"jdbc:postgresql://" + s.host() + ":5432/" + s.word() + "?user=" + s.word() + "&password=" + password,
		"jdbc:mysql://" + s.word() + ":" + password + "@" + s.host() + ":3306/" + s.word(),
		"jdbc:sqlserver://" + s.host() + ":1433;databaseName=" + s.word() + ";user=" + s.word() + ";password=" + password,
		"jdbc:oracle:thin:" + s.word() + "/" + password + "@" + s.host() + ":1521:ORCL",
	})
}
