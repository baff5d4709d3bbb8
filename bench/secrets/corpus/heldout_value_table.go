package corpus

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// heldOutTokens are tokens of issuers, or kinds of tokens, that token_table.go does not
// have, by the issuer's description of the format.
func heldOutTokens() []kind {
	return append(append(heldOutBuilders(), heldOutModels()...), heldOutServices()...)
}

// heldOutBuilders are services that build, store and run programs.
func heldOutBuilders() []kind {
	return []kind{
		{"gitlab agent token", prefixed("gl"+"agent-", urlSafe, 50), "gitlab_agent_token agent_token kas_token"},
		{"gitlab runner registration token", prefixed("GR"+"1348941", urlSafe, 20), "registration_token runner_registration_token ci_server_registration_token"},
		{"gitlab feed token", prefixed("gl"+"ft-", urlSafe, 20), "gitlab_feed_token feed_token"},
		{"bitbucket repository token", prefixed("ATCT"+"T3xFfGN0", urlSafe, 176), "bitbucket_access_token bitbucket_token"},
		{"docker organization token", prefixed("dckr"+"_oat_", urlSafe, 32), "docker_hub_oat docker_org_token"},
		{"sonarqube project token", prefixed("sq"+"p_", lowerHex, 40), "sonar_token sonar_login"},
		{"jfrog reference token", func(s *source) string {
			return base64.StdEncoding.EncodeToString([]byte("reftkn:01:17" + s.of(digits, 8) + ":" + s.of(alnum, 28)))
		}, "artifactory_token jf_access_token artifactory_reference_token"},
		{"nexus npm token", func(s *source) string { return "NpmToken." + s.uuid() }, "npm_auth_token nexus_npm_token"},
		{"codecov token", uuid, "codecov_token codecov_upload_token"},
		{"chromatic token", prefixed("ch"+"pt_", lowerNum, 15), "chromatic_project_token"},
		{"percy token", prefixed("web"+"_", lowerHex, 64), "percy_token"},
		{"swarm join token", joined("-", prefixed("SWM"+"TKN-1-", lowerNum, 50), random(lowerNum, 25)), "swarm_join_token swarm_worker_token docker_swarm_token"},
		{"k3s token", joined("::server:", prefixed("K10", lowerHex, 64), random(lowerHex, 32)), "k3s_token k3s_cluster_token"},
		{"kubeadm token", joined(".", random(lowerNum, 6), random(lowerNum, 16)), "bootstrap_token kubeadm_token join_token"},
		{"rancher token", joined(":", prefixed("token-", lowerNum, 5), random(lowerNum, 54)), "rancher_token rancher_bearer_token cattle_access_token"},
		{"portainer token", func(s *source) string { return "pt" + "r_" + s.base64(32) }, "portainer_api_key portainer_access_token"},
		{"gitea token", random(lowerHex, 40), "gitea_token gitea_api_token forgejo_token"},
		{"azure registry password", joined("+ACR", random(base64Set, 42), random(alnum, 6)), "acr_password registry_password container_registry_password"},
		{"azure cosmos key", joined("ACDb", random(base64Set, 76), func(s *source) string { return s.of(alnum, 6) + "==" }), "cosmos_db_key cosmosdb_primary_key account_key"},
		{"azure search key", joined("AzSe", random(alnum, 42), random(alnum, 6)), "azure_search_api_key search_admin_key"},
		{"azure app configuration string", func(s *source) string {
			return "Endpoint=https://" + s.word() + ".azconfig.io;Id=" + s.of(alnum, 4) + "-l9-s0:" + s.of(alnum, 20) + ";Secret=" + s.base64(32)
		}, "app_config_connection_string appconfiguration_connection"},
		{"aws session token", func(s *source) string { return "IQoJb3JpZ2luX2Vj" + s.base64(360) }, "aws_session_token aws_security_token"},
		{"bedrock key", func(s *source) string {
			return "AB" + "SK" + base64.StdEncoding.EncodeToString([]byte("BedrockAPIKey-"+s.of(lowerNum, 4)+"-at-"+s.of(digits[1:], 12)+":"+s.of(base64Set, 52)))
		}, "aws_bearer_token_bedrock bedrock_api_key"},
		{"digitalocean spaces key", prefixed("DO"+"00", upperNum, 16), "spaces_access_key_id do_spaces_key"},
		{"digitalocean spaces secret", random(base64Set, 43), "spaces_secret_access_key do_spaces_secret"},
		{"digitalocean oauth token", prefixed("do"+"o_v1_", lowerHex, 64), "do_oauth_token digitalocean_access_token"},
		{"scaleway access key", prefixed("SC"+"W", upperNum, 17), "scw_access_key"},
		{"scaleway secret key", uuid, "scw_secret_key"},
		{"hetzner token", random(alnum, 64), "hcloud_token hetzner_api_token"},
		{"ovh secret", random(lowerHex, 32), "ovh_application_secret ovh_consumer_key"},
		{"linode token", random(lowerHex, 64), "linode_token linode_cli_token"},
		{"vultr key", random(upperNum, 36), "vultr_api_key"},
		{"backblaze key", prefixed("K00", base64Set, 28), "b2_application_key b2_account_key"},
		{"cloudflare global key", random(lowerHex, 37), "cloudflare_api_key cf_global_api_key cloudflare_global_key"},
		{"neon key", prefixed("na"+"pi_", lowerNum, 64), "neon_api_key"},
		{"supabase secret key", joined("_", prefixed("sb"+"_secret_", urlSafe, 22), random(urlSafe, 8)), "supabase_secret_key supabase_service_key"},
		{"confluent secret", random(base64Set, 64), "confluent_cloud_api_secret cluster_api_secret kafka_api_secret"},
		{"doppler service token", joined(".", func(*source) string { return "dp" + ".st" }, func(*source) string { return "prd" }, random(alnum, 43)), "doppler_token doppler_service_token"},
		{"infisical token", joined(".", prefixed("st.", lowerHex, 24), random(lowerHex, 32), random(lowerHex, 32)), "infisical_token infisical_service_token"},
		{"bitwarden access token", func(s *source) string { return "0." + s.uuid() + "." + s.of(alnum, 30) + ":" + s.base64(16) }, "bws_access_token bitwarden_access_token"},
		{"tailscale client secret", joined("CNTRL-", prefixed("ts"+"key-client-k", alnum, 6), random(alnum, 32)), "ts_client_secret tailscale_oauth_secret"},
		{"consul gossip key", func(s *source) string { return s.base64(32) }, "consul_encrypt_key gossip_encryption_key nomad_gossip_key"},
		{"vault unseal key", func(s *source) string { return s.base64(33) }, "vault_unseal_key unseal_key_1 recovery_key"},
		{"maxmind licence key", func(s *source) string { return s.of(alnum, 6) + "_" + s.of(alnum, 29) + "_" + "mmk" }, "maxmind_license_key geoip_license_key geoipupdate_license_key"},
	}
}

// heldOutModels are services of machine learning.
func heldOutModels() []kind {
	return []kind{
		{"openai service account key", joined("T3"+"BlbkFJ", prefixed("sk-svc"+"acct-", urlSafe, 74), random(urlSafe, 74)), "openai_api_key azure_fallback_openai_key"},
		{"openrouter key", prefixed("sk-or"+"-v1-", lowerHex, 64), "openrouter_api_key"},
		{"deepseek key", prefixed("sk-", lowerHex, 32), "deepseek_api_key"},
		{"anthropic admin key", func(s *source) string { return "sk-ant-" + "admin01-" + s.of(urlSafe, 93) + "AA" }, "anthropic_admin_key"},
		{"mistral key", random(alnum, 32), "mistral_api_key"},
		{"elevenlabs key", prefixed("sk"+"_", lowerHex, 48), "elevenlabs_api_key xi_api_key"},
		{"langfuse secret key", func(s *source) string { return "sk-lf-" + s.uuid() }, "langfuse_secret_key"},
		{"wandb key", random(lowerHex, 40), "wandb_api_key"},
		{"kaggle key", random(lowerHex, 32), "kaggle_key"},
		{"tavily key", prefixed("tv"+"ly-", alnum, 32), "tavily_api_key"},
		{"cerebras key", prefixed("cs"+"k-", lowerNum, 48), "cerebras_api_key"},
		{"nvidia key", prefixed("nv"+"api-", urlSafe, 64), "nvidia_api_key ngc_api_key"},
		{"voyage key", prefixed("pa-", urlSafe, 43), "voyage_api_key"},
		{"azure openai key", joined("ACOG", random(alnum, 76), random(alnum, 4)), "azure_openai_api_key cognitive_services_key"},
	}
}

// heldOutServices are mail, payment, telephone, monitoring and collaboration services.
func heldOutServices() []kind {
	return []kind{
		{"slack refresh token", joined("-", prefixed("xo"+"xe-1-", alnum, 146)), "slack_refresh_token slack_config_refresh_token"},
		{"slack cookie token", func(s *source) string { return "xo" + "xd-" + s.of(alnum, 60) + "%2F" + s.of(alnum, 60) + "%3D" }, "slack_cookie slack_d_cookie"},
		{"google chat webhook", func(s *source) string {
			return "https://chat.googleapis.com/v1/spaces/AAAA" + s.of(urlSafe, 7) + "/messages?key=" + "AI" + "za" + s.of(urlSafe, 35) + "&token=" + s.of(urlSafe, 43)
		}, "google_chat_webhook gchat_webhook_url"},
		{"power automate webhook", func(s *source) string {
			return "https://prod-" + s.of(digits[1:], 2) + ".westeurope.logic.azure.com:443/workflows/" + s.hex(32) + "/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=" + s.of(urlSafe, 43)
		}, "teams_workflow_url flow_webhook_url"},
		{"mattermost webhook", func(s *source) string { return "https://chat." + s.word() + ".com/hooks/" + s.of(lowerNum, 26) }, "mattermost_webhook mattermost_webhook_url"},
		{"zapier webhook", func(s *source) string {
			return "https://hooks.zapier.com/" + "hooks/catch/" + s.of(digits[1:], 7) + "/" + s.of(lowerNum, 7) + "/"
		}, "zapier_webhook_url"},
		{"twilio key secret", random(alnum, 32), "twilio_api_secret twilio_api_key_secret"},
		{"brevo smtp key", joined("-", prefixed("xsmtp"+"sib-", lowerHex, 64), random(alnum, 16)), "brevo_smtp_key smtp_key mail_password"},
		{"mandrill key", prefixed("md-", urlSafe, 22), "mandrill_api_key"},
		{"sparkpost key", random(lowerHex, 40), "sparkpost_api_key"},
		{"square personal token", prefixed("sq0"+"atp-", urlSafe, 22), "square_access_token"},
		{"plaid access token", func(s *source) string { return "access-production-" + s.uuid() }, "plaid_access_token"},
		{"paypal secret", prefixed("E", urlSafe, 79), "paypal_client_secret paypal_secret"},
		{"adyen key", func(s *source) string { return "AQE" + s.base64(96) }, "adyen_api_key"},
		{"shopify custom app token", prefixed("shp"+"ca_", lowerHex, 32), "shopify_api_password shopify_token"},
		{"amplitude secret", random(lowerHex, 32), "amplitude_secret_key"},
		{"posthog personal key", prefixed("ph"+"x_", alnum, 43), "posthog_personal_api_key posthog_api_key"},
		{"sentry organization token", func(s *source) string {
			return "sntrys" + "_eyJ" + s.base64url(90) + "_" + s.of(base64Set, 43)
		}, "sentry_auth_token sentry_org_token"},
		{"grafana old key", func(s *source) string {
			return base64.StdEncoding.EncodeToString([]byte(`{"k":"` + s.of(alnum, 32) + `","n":"` + s.word() + `","id":` + s.of(digits[1:], 1) + `}`))
		}, "grafana_api_key gf_api_key"},
		{"new relic ingest key", prefixed("NR"+"II-", urlSafe, 32), "new_relic_insert_key newrelic_insights_key"},
		{"elastic key", func(s *source) string {
			return base64.StdEncoding.EncodeToString([]byte(s.of(urlSafe, 20) + ":" + s.of(urlSafe, 22)))
		}, "elastic_api_key elasticsearch_api_key es_api_key"},
		{"splunk collector token", uuid, "splunk_hec_token hec_token"},
		{"opsgenie key", uuid, "opsgenie_api_key genie_key"},
		{"influx token", func(s *source) string { return s.base64(64) }, "influx_token influxdb_token docker_influxdb_init_admin_token"},
		{"honeybadger key", prefixed("hb"+"p_", alnum, 36), "honeybadger_api_key"},
		{"unleash token", joined(".", func(s *source) string { return "*:production" }, random(lowerHex, 56)), "unleash_api_token unleash_server_token"},
		{"clickup token", joined("_", prefixed("pk"+"_", digits[1:], 8), random(upperNum, 32)), "clickup_api_token"},
		{"trello token", prefixed("ATTA", lowerHex, 72), "trello_token trello_api_token"},
		{"todoist token", random(lowerHex, 40), "todoist_api_token"},
		{"notion old token", prefixed("secret"+"_", alnum, 43), "notion_token notion_integration_token"},
		{"ghost admin key", joined(":", random(lowerHex, 24), random(lowerHex, 64)), "ghost_admin_api_key"},
		{"ably key", func(s *source) string { return s.of(urlSafe, 6) + "." + s.of(alnum, 6) + ":" + s.of(urlSafe, 43) }, "ably_api_key"},
		{"pubnub secret", func(s *source) string {
			return "sec-c-" + strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(s.uuid())), "=")
		}, "pubnub_secret_key"},
		{"pusher secret", random(lowerHex, 20), "pusher_secret pusher_app_secret"},
		{"virustotal key", random(lowerHex, 64), "virustotal_api_key vt_api_key"},
		{"shodan key", random(alnum, 32), "shodan_api_key"},
		{"openweather key", random(lowerHex, 32), "openweather_api_key owm_api_key"},
		{"vk token", func(s *source) string { return "vk1.a." + s.of(urlSafe, 200) }, "vk_token vk_access_token"},
		{"yandex oauth token", prefixed("y0"+"_AgAAAA", urlSafe, 50), "yandex_oauth_token yandex_token"},
		{"ethereum private key", func(s *source) string { return "0x" + s.hex(64) }, "private_key deployer_private_key wallet_private_key"},
		{"recaptcha secret", func(s *source) string { return "6L" + s.of(alnum, 6) + "AAAAA" + s.of(urlSafe, 27) }, "recaptcha_secret_key captcha_secret"},
	}
}

// heldOutCredentials are passwords and keys as people write them down.
func heldOutCredentials() []kind {
	return []kind{
		{"human password", humanPassword, `db_pass ftp_pass smtp_pwd admin_pw root_pw mysql_pwd sa_pwd bind_pw imap_password vpn_password
			jenkins_password nexus_password oracle_pwd router_password userpass proxy_pass`},
		{"password under a foreign name", humanPassword, `passwort db_passwort kennwort datenbank_passwort contrasena clave_bd clave_acceso mot_de_passe
			mdp_bdd mdp senha senha_banco wachtwoord haslo haslo_bazy parola lozinka heslo losenord salasana sifre parol`},
		{"pronounceable password", pronounceable, "db_password service_password zabbix_password backup_pass registry_pass user_pwd"},
		{"long alphanumeric password", func(s *source) string { return s.of(alnum, 32) }, "postgres_password mariadb_root_password minio_root_password n8n_encryption_key db_passwd keycloak_admin_password"},
		{"key of a framework", func(s *source) string { return s.base64url(pick(s, []int{32, 43})) },
			"fernet_key airflow_fernet_key nextauth_secret auth_secret better_auth_secret payload_secret jwt_secret_key session_key hash_key"},
		{"random string of marks", func(s *source) string { return s.of(alnum, 1) + s.of(alnum+"!#%*-_=+.,:?~", 38) + s.of(alnum, 1) },
			"secret_key app_secret session_secret cookie_password token_secret"},
		{"url with user and password", func(s *source) string {
			return pick(s, strings.Fields("ldap ftp sftp nats mqtt http clickhouse cockroachdb mssql imaps socks5 kafka influxdb couchdb")) + "://" + s.word() + ":" + pick(s, []string{s.of(alnum, 16), pronounceable(s)}) + "@" + s.host() + "/" + s.word()
		}, "ldap_url upstream ftp_url nats_url mqtt_broker http_proxy clickhouse_dsn source_url sink connection target dsn"},
		{"dsn in words", func(s *source) string {
			return fmt.Sprintf("host=%s port=5432 dbname=%s user=%s password=%s sslmode=require", s.host(), s.word(), s.word(), s.between(alnum, 12, 18))
		}, "database_dsn pg_dsn conn_info connection_string"},
	}
}

// humanPassword returns a password chosen by a person or generated to be memorable.
func humanPassword(s *source) string {
	w := s.word()
	return pick(s, []string{
		capital(w) + "20" + s.of("12", 1) + s.of(digits, 1) + pick(s, []string{"!", "", "#"}),
		capital(strings.NewReplacer("a", "4", "o", "0", "e", "3", "s", "5").Replace(w)) + capital(s.word()) + s.of(digits[1:], 1),
		w + "_" + s.word() + "_" + s.of(digits[1:], 2),
		capital(s.of(lower, 1)) + s.between(lowerNum, 7, 9) + "!",
		s.between(alnum, 12, 16),
		s.of(alnum, 4) + "-" + s.of(alnum, 4) + "-" + s.of(alnum, 4),
		s.of(alnum, 7) + s.of("!*+.@", 1) + s.of(alnum, 6),
		s.hex(16),
	})
}

// pronounceable returns a password like those of pwgen: syllables, a capital and a digit.
func pronounceable(s *source) string {
	var b strings.Builder
	for range 2 + s.IntN(2) {
		b.WriteString(s.of("bdfghkmnpqrstvwxz", 1) + pick(s, strings.Fields("a e i o u ei oo ae ie ah")) + s.of("bdghknprst", 1))
	}
	return capital(b.String()) + s.of(digits[1:], 1)
}

// heldOutHarmless are harmless values, with names and forms that harmless_table.go does
// not have.
func heldOutHarmless() []kind {
	return []kind{
		{"reference to a key of a secret", func(s *source) string {
			w := s.word()
			return pick(s, []string{"vault:" + w + "/data/prod:password", "ref+vault://secret/" + w + "#/token", "{{resolve:secretsmanager:" + w + ":SecretString:password}}", "{{resolve:ssm-secure:/" + w + "/token:1}}",
				"sm://" + w + "/db-password", "gcp-secret-manager:" + w + "-token", "file:///run/secrets/" + w, "akeyless:/" + w + "/key", "lookup('env', 'DB_PASSWORD')", "env:DB_PASSWORD", "env.GITHUB_TOKEN", "process.env.API_KEY", "@/run/secrets/" + w + "_key"})
		}, "password db_password token api_key client_secret secret_key passwort admin_pw"},
		{"placeholder of another tongue", func(s *source) string {
			return pick(s, strings.Fields("geheim-hier-eintragen BITTE_AENDERN passwort-aendern votre_mot_de_passe cambiame tu_contrasena_aqui sua-senha-aqui MODIFIEZ_MOI wijzig-mij zmien-mnie"))
		}, "passwort mot_de_passe contrasena senha wachtwoord haslo db_password"},
		{"placeholder of a guide", func(s *source) string {
			return pick(s, []string{"<YOUR_" + strings.ToUpper(s.word()) + "_TOKEN>", "your_" + s.word() + "_api_key", "my-" + s.word() + "-password", "paste-" + s.word() + "-token-here", "xxxx-xxxx-xxxx-xxxx", "TO_BE_DEFINED", "to-be-replaced", "SET_ME", "FIXME", "n/a", "???", "(unset)", "secret-goes-here", "EXAMPLE_TOKEN", "replace-with-a-long-random-string"})
		}, "api_key auth_token password secret_key client_secret webhook_secret"},
		{"rule about passwords", func(s *source) string {
			return pick(s, []string{"minLength=12,maxLength=64,upper=1", "LUDS", "zxcvbn>=3", "no-reuse:5", "required", "optional", "strict", "ascii-only", "12..64", "hidden", "masked"})
		}, "password_policy password_rules secret_format api_key_type password_strength token_validation password_field_type"},
		{"duration or size about secrets", func(s *source) string {
			return pick(s, []string{"P90D", "PT15M", "720h0m0s", "30d", "2048", "256bit", "90 days", "0", "-1", "3600000", "15min"})
		}, "token_expiry secret_ttl access_token_lifespan password_expire_days key_length api_key_rotation credential_cache_ttl passwort_gueltigkeit"},
		{"file about secrets", func(s *source) string {
			return pick(s, []string{"/run/credentials/" + s.word() + ".service/db", "conf/" + s.word() + ".keytab", "classpath:keys/" + s.word() + ".p12", "C:\\ProgramData\\" + s.word() + "\\token.txt", "$HOME/.config/" + s.word() + "/secret.key", "%h/." + s.word() + "/credentials", "secrets/" + s.word() + ".sops.yaml"})
		}, "keytab password_file secret_file token_path key_store trust_store_path credential_path signing_key_location"},
		{"digest under a secret-like name", func(s *source) string {
			return pick(s, []string{"sha256:" + s.hex(64), "md5:" + s.hex(32), "SHA256:" + base64.RawStdEncoding.EncodeToString(s.bytes(32)), "{SHA}" + s.base64(20), "h1:" + s.base64(32), "sha1-" + s.base64(20)})
		}, "key_digest token_hash secret_checksum pubkey_pin hpkp_pin authorized_key_fingerprint host_key_hash"},
		{"code or symbol", func(s *source) string {
			return pick(s, []string{"getPassword()", "props.get('token')", "args.secret", "this.apiKey", "self.password", "ctx.token", "$(pass show " + s.word() + ")", "`cat /run/secrets/" + s.word() + "`", "secretManager.fetch", "generateToken(32)", "T_PASSWORD", "kSecAttrAccount"})
		}, "password token secret api_key auth_token access_token"},
		{"public key in one line", func(s *source) string {
			return pick(s, []string{"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" + s.of(base64Set, 86) + "==", "MCowBQYDK2VwAyEA" + s.of(base64Set, 43) + "=", "age1" + s.of(bech32Set, 58), s.ed25519Public(), "RWQ" + s.of(base64Set, 53), "untrusted comment: minisign public key " + s.of(upperHex, 16)})
		}, "public_key verify_key minisign_key cosign_public_key recipient jwt_public_key update_key vapid_public_key"},
		{"encrypted under a secret-like name", func(s *source) string {
			return pick(s, []string{"{AES}" + s.base64(48), "{AES256}" + s.base64(32), "!vault-" + s.hex(24), "vault:v1:" + s.base64(44), "AQICAHh" + s.base64(120), "enc:v2:" + s.base64(40), "{PBKDF2}10000$" + s.base64(12) + "$" + s.base64(24), "secure:" + s.base64(64)})
		}, "password db_password keystore_password client_secret api_token connection_password"},
		{"number that is long", func(s *source) string {
			return pick(s, []string{s.of(digits[1:], 12), s.of(digits[1:], 16), s.of(digits[1:], 19), "0x" + s.hex(8), s.date(), s.of(digits[1:], 10) + "." + s.of(digits, 6)})
		}, "key_id token_id secret_version api_key_id account_number public_key_id token_epoch password_last_set pwd_last_set"},
		{"locale or label of a secret", func(s *source) string {
			return pick(s, []string{"Passwort vergessen?", "Contraseña", "Mot de passe oublié", "Senha incorreta", "API key (optional)", "Client secret", "Token name", "Neues Kennwort", "Wachtwoord wijzigen", "Show secret"})
		}, "password_label label_password passwort_text contrasena_label mot_de_passe_titre token_title secret_tooltip"},
	}
}
