package corpus

// The number of copies of instructions and configuration entries.
const (
	copiesOfRun      = 6
	secretsInSetting = 30
	othersInSetting  = 45
)

// The kinds of instructions.
const (
	EnvInstruction   = "ENV instruction"
	ArgInstruction   = "ARG instruction"
	LabelInstruction = "LABEL instruction"
	RunInstruction   = "RUN instruction"
	CmdInstruction   = "CMD instruction"
)

// instructions generates build instructions with one value each, in the form of an
// image history.
func (g *generator) instructions() []File {
	var list []File
	add := func(kind string, t template) {
		body, labels, err := g.expand(t)
		if err != nil {
			g.fail(err)
			return
		}
		list = append(list, File{Kind: kind, Body: body, Labels: labels})
	}
	for range copiesOfRun {
		for _, t := range runs() {
			add(RunInstruction, "RUN /bin/sh -c "+t+" # buildkit")
		}
		for _, t := range commands() {
			add(CmdInstruction, "CMD "+t)
		}
	}
	for _, x := range []struct {
		kind          string
		before, after string
		key           func(string) string
	}{
		{EnvInstruction, "ENV KEY=", "", screaming},
		{ArgInstruction, "RUN |1 KEY=", " /bin/sh -c make install # buildkit", screaming},
		{LabelInstruction, "LABEL KEY=", "", dotted},
	} {
		for _, s := range g.mixed(secretsInSetting, othersInSetting) {
			one := syntax{kind: x.kind, paths: []template{""}, forms: []template{x.before + "VALUE" + x.after}, key: x.key}
			f, err := g.render(one, []setting{s})
			if err != nil {
				g.fail(err)
			}
			list = append(list, f)
		}
	}
	return list
}

// runs are the commands of RUN instructions.
func runs() []template {
	return []template{
		"curl -u {word}:‹curl -u|{random api key}› -O https://{host}/{word}.tgz",
		"curl -fsSL -H \"Authorization: Bearer ‹bearer header|{hmac json web token}›\" https://{host}/install.sh | sh",
		"curl -H 'Authorization: token ‹github personal token|{github personal token}›' https://api.github.com/repos/{word}/{word}/tarball",
		"curl --header \"PRIVATE-TOKEN: ‹gitlab personal token|{gitlab personal token}›\" https://gitlab.com/api/v4/projects",
		"curl -H 'X-Api-Key: ‹api key header|{random api key}›' https://{host}/v1/license -o /etc/{word}.lic",
		"curl \"https://{host}/download?token=‹token in query|{random api key}›\" -o /tmp/{word}.deb",
		"wget --user {word} --password '‹--password|{strong password}›' https://{host}/{word}.zip",
		"wget --http-password=‹--password|{random api key}› https://{host}/{word}.zip",
		"git clone https://{word}:‹github personal token|{github personal token}›@github.com/{word}/{word}.git",
		"git clone https://oauth2:‹password in url|{random api key}›@{host}/{word}.git /srv",
		"git config --global url.\"https://‹github fine-grained token|{github fine-grained token}›@github.com/\".insteadOf https://github.com/",
		"pip install --extra-index-url https://{word}:‹password in url|{random api key}›@{host}/simple {word}",
		"npm config set //registry.npm.example/:_authToken=‹npm token|{npm token}› && npm ci",
		"echo \"//{host}/:_authToken=‹registry token|{uuid}›\" > ~/.npmrc",
		"echo 'root:‹chpasswd password|{memorable password}›' | chpasswd",
		"useradd -m {word} && echo \"{word}:‹chpasswd password|{strong password}›\" | chpasswd",
		"mysql -uroot -p‹mysql -p|{random api key}› -e 'create database {word}'",
		"PGPASSWORD=‹PGPASSWORD|{random api key}› psql -h {host} -U {word} -f init.sql",
		"psql postgresql://{word}:‹password in url|{random api key}›@{host}/{word} -c 'select 1'",
		"docker login -u {word} -p ‹docker login -p|{random api key}› {host}",
		"sshpass -p '‹sshpass|{strong password}›' scp {word}@{host}:/srv/{word} /srv",
		"aws configure set aws_secret_access_key ‹aws secret key|{aws secret key}›",
		"export AWS_ACCESS_KEY_ID=‹aws access key id|{aws access key id}› && aws s3 cp s3://{word}/{word} .",
		"az login --service-principal -u http://{word} -p ‹azure client secret|{azure client secret}› --tenant {word}",
		"openssl pkcs12 -in {word}.p12 -passin pass:‹passin|{random api key}› -out {word}.pem",
		"keytool -importkeystore -srcstorepass ‹storepass|{random api key}› -srckeystore {word}.jks",
		"htpasswd -bc /etc/nginx/.htpasswd {word} ‹htpasswd -b|{random api key}›",
		"redis-cli -h {host} -a ‹redis-cli -a|{random api key}› flushall",
		"composer config http-basic.{host} {word} ‹composer password|{random api key}›",
		"npx sentry-cli --auth-token ‹sentry auth token|{sentry auth token}› releases new {version}",
		"echo 'machine {host} login {word} password ‹netrc password|{random api key}›' > ~/.netrc",
		"sed -i 's/^password=.*/password=‹password in sed|{random api key}›/' /etc/{word}.conf",

		"curl -H \"Authorization: Bearer «environment reference|$TOKEN»\" https://{host}/{word}",
		"curl -u \"{word}:«environment reference|${NEXUS_PASSWORD}»\" https://{host}/{word}",
		"git checkout «git commit|{hex40}»",
		"echo \"«sha256 digest|{hex64}»  {word}.tar.gz\" | sha256sum -c -",
		"gpg --batch --keyserver keyserver.ubuntu.com --recv-keys «fingerprint|{fingerprint}»",
		"echo \"root:«command substitution|$(cat /run/secrets/root_password)»\" | chpasswd",
		"passwd -d «user name|root»",
		"mysql -uroot -p\"«environment reference|$MYSQL_ROOT_PASSWORD»\" -e 'select 1'",
		"docker login -u {word} --password-stdin «host name|{host}» < /run/secrets/registry",
		"pip install «package with a hash|{word}=={version} --hash=sha256:{hex64}»",
		"ssh-keyscan github.com >> ~/.ssh/known_hosts && echo '«ssh public key|{ed25519 public}»' >> ~/.ssh/authorized_keys",
		"openssl req -newkey rsa:2048 -nodes -keyout «path about secrets|/etc/ssl/private/{word}.key» -subj /CN={word}",
		"apt-get install -y «package about secrets|gnome-keyring libsecret-1-0 python3-keyring passwd»",
		"sed -i 's/#PasswordAuthentication yes/«choice about secrets|PasswordAuthentication no»/' /etc/ssh/sshd_config",
		"export SECRET_KEY_BASE=«placeholder word|dummy» && bundle exec rake assets:precompile",
		"SECRET_KEY_BASE_DUMMY=«number about secrets|1» ./bin/rails assets:precompile",
		"useradd -p '‽password hash|{password hash}‽' {word}",
	}
}

// commands are the commands that a container starts.
func commands() []template {
	return []template{
		"[\"/srv/{word}\" \"--password=‹--password|{strong password}›\"]",
		"[\"/srv/{word}\" \"--api-key\" \"‹--api-key|{random api key}›\"]",
		"[\"redis-server\" \"--requirepass\" \"‹redis password|{random api key}›\"]",
		"[\"/bin/sh\" \"-c\" \"TOKEN=‹slack bot token|{slack bot token}› exec {word}\"]",
		"[\"{word}\" \"--database-url\" \"‹postgres url|{postgres url}›\"]",
		"[\"/srv/{word}\" \"--password-file=«path about secrets|/run/secrets/{word}»\"]",
		"[\"/srv/{word}\" \"--token\" \"«environment reference|$TOKEN»\"]",
		"[\"/srv/{word}\" \"--token-type=«choice about secrets|bearer»\" \"--keyspace={word}\"]",
	}
}
