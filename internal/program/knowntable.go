package program

// knownPrograms returns the known programs. A row needs text that the program has had for
// years, and that no other program has. The first row of a name that finds a version
// counts.
func knownPrograms() []knownProgram {
	redis, valkey := []string{"redis-server", "redis-check-*", "redis-sentinel"}, []string{"valkey-server", "valkey-check-*", "valkey-sentinel"}
	mysql, php := []string{"mariadb*", "mysql*"}, []string{"php", "php5*", "php7*", "php8*", "php-cgi*", "php-fpm*", "phpdbg*", "libphp*"}
	python, ruby := []string{"python2*", "python3*", "libpython2*", "libpython3*"}, []string{"ruby*", "libruby*"}
	postgres := []string{"psql", "pg_*", "initdb", "createdb", "dropdb", "createuser", "dropuser", "clusterdb", "reindexdb", "vacuumdb", "ecpg", "pgbench", "postmaster", "oid2name", "vacuumlo"}
	return []knownProgram{
		{name: "node", bases: []string{"node", "nodejs", "libnode.so*"}, before: "/download/release/v"},
		{name: "node", bases: []string{"node", "nodejs", "libnode.so*"}, before: "node.js/v"},
		{name: "python", bases: python, named: true, after: "\x00"},
		{name: "python", bases: python, before: "\x00", major: "3.", after: "\x00"},
		{name: "python", bases: []string{"python2*", "libpython2*"}, before: "\x00", major: "2.", after: "\x00"},
		{name: "php", bases: php, before: "X-Powered-By: PHP/"},
		{name: "openresty", bases: []string{"nginx", "openresty"}, before: "nginx version: openresty/"},
		{name: "nginx", bases: []string{"nginx", "nginx-debug"}, before: "nginx version: nginx/"},
		{name: "redis", bases: redis, before: "\x00", after: "\x00", highest: true},
		{name: "redis", bases: []string{"redis-cli", "redis-benchmark"}, before: "\x00", after: "\x00", highest: true},
		{name: "valkey", bases: valkey, before: "\x00", after: "\x00", highest: true},
		{name: "valkey", bases: []string{"valkey-cli", "valkey-benchmark"}, before: "\x00", after: "\x00", highest: true},
		{name: "keydb", bases: []string{"keydb-server", "keydb-check-*", "keydb-sentinel", "keydb-cli"}, before: "\x00", after: "\x00", highest: true},
		{name: "openssl", bases: []string{"openssl", "libcrypto.so*", "libssl.so*"}, before: "OpenSSL ", after: " "},
		{name: "openssl", bases: []string{"openssl", "libcrypto.so*", "libssl.so*"}, before: "OpenSSL ", after: "-fips "},
		{name: "busybox", bases: []string{"busybox*"}, before: "BusyBox v"},
		{name: "bash", bases: []string{"bash"}, before: "@(#)Bash version "},
		{name: "apache", bases: []string{"httpd", "apache2"}, before: "Apache/"},
		{name: "postgresql", bases: []string{"postgres"}, before: "postgres (PostgreSQL) "},
		{name: "postgresql", bases: postgres, before: " (PostgreSQL) "},
		{name: "mariadb", bases: mysql, before: "\x00", major: "1", after: "-MariaDB"}, // 10 and later
		{name: "mariadb", bases: mysql, before: "\x005.5.5-", after: "-MariaDB"},
		{name: "mariadb", bases: mysql, before: "\x00", major: "5.", after: "-MariaDB"},
		{name: "ruby", bases: ruby, before: "\x00ruby ", after: "p"},
		{name: "ruby", bases: ruby, before: "\x00ruby ", after: " ("}, // 3.2 and later
		{name: "haproxy", bases: []string{"haproxy"}, before: "version ", near: ", released 20"},
		{name: "haproxy", bases: []string{"haproxy"}, before: "HAProxy version "},
		{name: "haproxy", bases: []string{"haproxy"}, before: "HA-Proxy version "},
		{name: "memcached", bases: []string{"memcached"}, before: "memcached "},
		{name: "memcached", bases: []string{"memcached"}, before: "VERSION "},
		{name: "varnish", bases: []string{"varnishd"}, before: "varnish-", after: " revision "},
		{name: "lighttpd", bases: []string{"lighttpd"}, before: "lighttpd/"},
		{name: "curl", bases: []string{"curl"}, before: "curl/"},
		{name: "curl", bases: []string{"libcurl.so*", "libcurl-gnutls.so*"}, before: "libcurl/"},
		{name: "sqlite", bases: []string{"sqlite3", "libsqlite3.so*"}, before: "\x00", major: "3.", after: "\x00", highest: true},
		{name: "git", bases: []string{"git"}, before: "git/", after: "\x00"},
		{name: "perl", bases: []string{"perl", "perl5*", "libperl.so*"}, before: "\x00v", major: "5.", after: "\x00"},
		{name: "squid", bases: []string{"squid"}, before: "squid/"},
		{name: "unbound", bases: []string{"unbound"}, before: "unbound "},
		{name: "dnsmasq", bases: []string{"dnsmasq"}, before: "dnsmasq-"},
		{name: "pgbouncer", bases: []string{"pgbouncer"}, before: "PgBouncer "},
		{name: "openldap", bases: []string{"slapd"}, before: "OpenLDAP: slapd "},
		{name: "lua", bases: []string{"lua", "lua5*", "liblua*"}, before: "$LuaVersion: Lua "},
		{name: "lua", bases: []string{"lua", "lua5*", "liblua*"}, before: "Lua ", near: "PUC-Rio"},
		{name: "openssh", bases: []string{"sshd", "ssh"}, before: "OpenSSH_"},
	}
}
