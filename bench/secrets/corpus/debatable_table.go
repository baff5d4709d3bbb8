package corpus

import "strings"

// debatable are values that experts disagree about. They are in the files, as in real
// ones, and do not count.
func debatable() []kind {
	return []kind{
		{"default password", func(s *source) string {
			return pick(s, strings.Fields("postgres root admin guest password secret minioadmin rabbitmq test 123456 letmein"))
		}, "db_password postgres_password admin_password mysql_root_password password"},
		{"password hash", func(s *source) string {
			const crypt = "./" + alnum
			return pick(s, []string{"$2b$12$" + s.of(crypt, 53), "$6$" + s.of(crypt, 16) + "$" + s.of(crypt, 86), "$argon2id$v=19$m=65536,t=3,p=4$" + s.of(alnum, 22) + "$" + s.of(alnum, 43)})
		}, "password_hash admin_password_hash htpasswd"},
		{"test mode key", prefixed("sk"+"_test_", alnum, 24), "stripe_secret_key stripe_test_key"},
		{"browser key of a map", prefixed("AI"+"za", urlSafe, 35), "google_maps_browser_key maps_js_key"},
		{"search-only key", random(lowerHex, 32), "algolia_search_key"},
		{"salt", random(lowerHex, 32), "salt password_salt hash_salt"},
		{"session id", random(lowerNum, 32), "session_id phpsessid jsessionid"},
	}
}
