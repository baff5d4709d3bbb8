package credential

import "seaworthy.dev/seaworthy"

// format is one row of the tables of built-in rules: a secret whose issuer
// describes what it looks like.
type format struct {
	id       string // "stripe-secret-key"; users write it into exceptions, so it never changes
	name     string // "a Stripe secret key", as [Rule.Name]
	severity seaworthy.Severity
	// expr is a regular expression for the whole secret. It starts with the prefix that
	// the issuer gives it, unless key or in is set.
	expr string
	// source is the address at which the issuer describes the secret.
	source string
	// check verifies a checksum or the structure. It may be nil.
	check check
	// checksum is true if check verifies a checksum.
	checksum bool
	// public is that of [Rule]. It may be nil.
	public func(text []byte, start, end int) bool
	// key is a literal in the middle of a secret that starts with none.
	key string
	// in lists words of the service, for a secret without a form of its own: it is found
	// only as a value whose name has one of them. Then expr is the whole value.
	in []string
	// joined is true for a secret that programs hold between other letters,
	// although what it starts with has no punctuation.
	joined bool
}

const (
	medium   = seaworthy.Medium
	high     = seaworthy.High
	critical = seaworthy.Critical
)

// codeFormats are those of places where code, packages and images are kept, and
// of what builds and runs them.
var codeFormats = [...]format{
	{id: "github-pat", name: "GitHub personal access token", severity: critical, expr: `ghp_[0-9A-Za-z]{36}`, check: checksummed, checksum: true, source: "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/"},
	{id: "github-oauth", name: "GitHub OAuth access token", severity: critical, expr: `gho_[0-9A-Za-z]{36}`, check: checksummed, checksum: true, source: "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/"},
	{id: "github-user-to-server", name: "GitHub user-to-server token", severity: high, expr: `ghu_[0-9A-Za-z]{36}`, check: checksummed, checksum: true, source: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github"},
	{id: "github-server-to-server", name: "GitHub server-to-server token", severity: high, expr: `ghs_(?:[0-9A-Za-z]{36}|[0-9]{1,12}_eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,})`, check: serverToServer, checksum: true, source: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github"},
	{id: "github-refresh", name: "GitHub refresh token", severity: high, expr: `ghr_[0-9A-Za-z]{36,76}`, check: checksummed, checksum: true, source: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github"},
	{id: "github-fine-grained-pat", name: "GitHub fine-grained personal access token", severity: critical, expr: `github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}`, source: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens"},
	{id: "gitlab-pat", name: "GitLab personal access token", severity: critical, expr: `glpat-[0-9A-Za-z_-]{20,300}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-deploy-token", name: "GitLab deploy token", severity: high, expr: `gldt-[0-9A-Za-z_-]{20,64}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-runner", name: "GitLab runner authentication token", severity: high, expr: `glrt-[0-9A-Za-z_-]{20,300}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-runner-registration", name: "GitLab runner registration token", severity: high, expr: `GR1348941[0-9A-Za-z_-]{20}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-ci-job", name: "GitLab CI/CD job token", severity: medium, expr: `glcbt-[0-9A-Za-z]{1,5}_[0-9A-Za-z_-]{20}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-trigger", name: "GitLab trigger token", severity: high, expr: `glptt-[0-9a-f]{40}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-feed", name: "GitLab feed token", severity: medium, expr: `glft-[0-9A-Za-z_-]{20}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-incoming-mail", name: "GitLab incoming mail token", severity: medium, expr: `glimt-[0-9A-Za-z_-]{25}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-agent", name: "GitLab agent for Kubernetes token", severity: high, expr: `glagent-[0-9A-Za-z_-]{50}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-oauth-secret", name: "GitLab OAuth application secret", severity: high, expr: `gloas-[0-9a-f]{64}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-scim", name: "GitLab SCIM token", severity: high, expr: `glsoat-[0-9A-Za-z_-]{20}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "gitlab-feature-flags", name: "GitLab feature flags client token", severity: medium, expr: `glffct-[0-9A-Za-z_-]{20}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "npm-token", name: "npm access token", severity: critical, expr: `npm_[0-9A-Za-z]{36}`, check: checksummed, checksum: true, source: "https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/"},
	{id: "pypi-token", name: "PyPI upload token", severity: critical, expr: `pypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50,600}`, source: "https://pypi.org/help/#apitoken"},
	{id: "testpypi-token", name: "TestPyPI upload token", severity: medium, expr: `pypi-AgENdGVzdC5weXBpLm9yZw[0-9A-Za-z_-]{50,600}`, source: "https://test.pypi.org/help/#apitoken"},
	{id: "rubygems-key", name: "RubyGems API key", severity: critical, expr: `rubygems_[0-9a-f]{48}`, source: "https://guides.rubygems.org/api-key-scopes/"},
	{id: "crates-io-token", name: "crates.io API token", severity: critical, expr: `cio[0-9A-Za-z]{32}`, in: []string{"crates", "cargo_registry_token"}, source: "https://doc.rust-lang.org/cargo/reference/publishing.html"},
	{id: "nuget-key", name: "NuGet API key", severity: critical, expr: `oy2[0-9a-z]{43}`, in: []string{"nuget"}, source: "https://learn.microsoft.com/en-us/nuget/nuget-org/publish-a-package"},
	{id: "docker-pat", name: "Docker Hub personal access token", severity: critical, expr: `dckr_pat_[0-9A-Za-z_-]{27}`, source: "https://docs.docker.com/security/access-tokens/"},
	{id: "docker-oat", name: "Docker Hub organization access token", severity: critical, expr: `dckr_oat_[0-9A-Za-z_-]{32}`, source: "https://docs.docker.com/enterprise/security/access-tokens/"},
	{id: "docker-swarm-join", name: "Docker swarm join token", severity: high, expr: `SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}`, source: "https://docs.docker.com/engine/swarm/join-nodes/"},
	{id: "docker-swarm-unlock", name: "Docker swarm unlock key", severity: high, expr: `SWMKEY-1-[0-9A-Za-z+/]{43}`, source: "https://docs.docker.com/engine/swarm/swarm_manager_locking/"},
	{id: "atlassian-token", name: "Atlassian API token", severity: critical, expr: `ATATT3[0-9A-Za-z_=-]{180,400}`, source: "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/"},
	{id: "bitbucket-app-password", name: "Bitbucket app password", severity: high, expr: `ATBB[0-9A-Za-z]{24}[0-9A-F]{8}`, source: "https://support.atlassian.com/bitbucket-cloud/docs/app-passwords/"},
	{id: "bitbucket-access-token", name: "Bitbucket repository access token", severity: high, expr: `ATCTT3[0-9A-Za-z_=-]{180,400}`, source: "https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/"},
	{id: "circleci-pat", name: "CircleCI personal API token", severity: high, expr: `CCIPAT_[0-9A-Za-z]{22}_[0-9a-f]{40}`, source: "https://circleci.com/docs/managing-api-tokens/"},
	{id: "circleci-project", name: "CircleCI project API token", severity: high, expr: `CCIPRJ_[0-9A-Za-z]{22}_[0-9a-f]{40}`, source: "https://circleci.com/docs/managing-api-tokens/"},
	{id: "buildkite-agent", name: "Buildkite agent token", severity: high, expr: `bkct_[0-9A-Za-z_-]{32,300}`, source: "https://buildkite.com/docs/platform/security/tokens"},
	{id: "buildkite-api", name: "Buildkite API access token", severity: high, expr: `bkua_[0-9a-f]{40}`, source: "https://buildkite.com/docs/apis/managing-api-tokens"},
	{id: "jfrog-reference-token", name: "JFrog reference token", severity: high, expr: `cmVmdGtuOj[0-9A-Za-z]{54}`, source: "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens"},
	{id: "jfrog-api-key", name: "JFrog Artifactory API key", severity: high, expr: `AKCp[0-9A-Za-z]{69}`, source: "https://jfrog.com/help/r/jfrog-platform-administration-documentation/user-profile"},
	{id: "sonarqube-token", name: "SonarQube token", severity: high, expr: `sq[upa]_[0-9a-f]{40}`, source: "https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/"},
	{id: "sentry-org-token", name: "Sentry organization token", severity: high, expr: `sntrys_eyJ[0-9A-Za-z+/]{20,400}={0,2}_[0-9A-Za-z+/]{43}`, source: "https://docs.sentry.io/account/auth-tokens/"},
	{id: "sentry-user-token", name: "Sentry user token", severity: high, expr: `sntry[uia]_[0-9a-f]{64}`, source: "https://docs.sentry.io/account/auth-tokens/"},
	{id: "terraform-cloud-token", name: "HCP Terraform API token", severity: critical, key: ".atlasv1.", expr: `[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_-]{60,70}`, source: "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens"},
	{id: "vault-service-token", name: "HashiCorp Vault service token", severity: critical, expr: `hvs\.[0-9A-Za-z_-]{24,300}`, source: "https://developer.hashicorp.com/vault/docs/concepts/tokens"},
	{id: "vault-batch-token", name: "HashiCorp Vault batch token", severity: high, expr: `hvb\.[0-9A-Za-z_-]{100,300}`, source: "https://developer.hashicorp.com/vault/docs/concepts/tokens"},
	{id: "pulumi-token", name: "Pulumi access token", severity: critical, expr: `pul-[0-9a-f]{40}`, source: "https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/"},
	{id: "doppler-personal", name: "Doppler personal token", severity: high, expr: `dp\.pt\.[0-9A-Za-z]{40,44}`, source: "https://docs.doppler.com/reference/auth-token-formats"},
	{id: "doppler-service", name: "Doppler service token", severity: high, expr: `dp\.st\.(?:[0-9a-z_-]{2,35}\.)?[0-9A-Za-z]{40,44}`, source: "https://docs.doppler.com/reference/auth-token-formats"},
	{id: "doppler-cli", name: "Doppler CLI token", severity: high, expr: `dp\.ct\.[0-9A-Za-z]{40,44}`, source: "https://docs.doppler.com/reference/auth-token-formats"},
	{id: "doppler-service-account", name: "Doppler service account token", severity: high, expr: `dp\.sa\.[0-9A-Za-z]{40,44}`, source: "https://docs.doppler.com/reference/auth-token-formats"},
	{id: "doppler-scim", name: "Doppler SCIM token", severity: high, expr: `dp\.scim\.[0-9A-Za-z]{40,44}`, source: "https://docs.doppler.com/reference/auth-token-formats"},
	{id: "doppler-audit", name: "Doppler audit token", severity: medium, expr: `dp\.audit\.[0-9A-Za-z]{40,44}`, source: "https://docs.doppler.com/reference/auth-token-formats"},
	{id: "onepassword-service-account", name: "1Password service account token", severity: critical, expr: `ops_eyJ[0-9A-Za-z+/]{250,}={0,3}`, check: base64JSON(4), source: "https://developer.1password.com/docs/service-accounts/security/"},
	{id: "age-secret-key", name: "age secret key", severity: critical, expr: `AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}`, source: "https://github.com/C2SP/C2SP/blob/main/age.md"},
	{id: "prefect-key", name: "Prefect API key", severity: high, expr: `pn[ub]_[0-9A-Za-z]{36}`, source: "https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys"},
	{id: "vercel-token", name: "Vercel access token", severity: high, expr: `vc[pika]_[0-9A-Za-z]{56}`, source: "https://vercel.com/docs/sign-in-with-vercel/tokens"},
	{id: "netlify-token", name: "Netlify personal access token", severity: high, expr: `nfp_[0-9A-Za-z]{36}`, source: "https://docs.netlify.com/api/get-started/"},
	{id: "heroku-key", name: "Heroku API key", severity: critical, expr: `HRKU-AA[0-9A-Za-z_-]{58}`, source: "https://devcenter.heroku.com/articles/authentication"},
	{id: "fly-token", name: "Fly.io access token", severity: high, expr: `fm[12][ar]?_[0-9A-Za-z+/=]{100,900}`, source: "https://fly.io/docs/security/tokens/"},
	{id: "supabase-token", name: "Supabase access token", severity: high, expr: `sbp_[0-9a-f]{40}`, source: "https://supabase.com/docs/reference/api/introduction"},
	{id: "supabase-secret-key", name: "Supabase secret key", severity: critical, expr: `sb_secret_[0-9A-Za-z_-]{22}_[0-9A-Za-z_-]{8}`, source: "https://supabase.com/docs/guides/api/api-keys"},
	{id: "planetscale-password", name: "PlanetScale database password", severity: critical, expr: `pscale_pw_[0-9A-Za-z_-]{32,64}`, source: "https://planetscale.com/docs/concepts/connection-strings"},
	{id: "planetscale-token", name: "PlanetScale service token", severity: high, expr: `pscale_tkn_[0-9A-Za-z_-]{32,64}`, source: "https://planetscale.com/docs/concepts/service-tokens"},
	{id: "planetscale-oauth", name: "PlanetScale OAuth token", severity: high, expr: `pscale_oauth_[0-9A-Za-z_-]{32,64}`, source: "https://planetscale.com/docs/concepts/planetscale-oauth-applications"},
	{id: "neon-key", name: "Neon API key", severity: high, expr: `napi_[0-9a-z]{64}`, source: "https://neon.com/docs/manage/api-keys"},
	{id: "scalingo-token", name: "Scalingo API token", severity: high, expr: `tk-us-[0-9A-Za-z_-]{48}`, source: "https://developers.scalingo.com/tokens"},
	{id: "render-key", name: "Render API key", severity: high, expr: `rnd_[0-9A-Za-z]{28,32}`, source: "https://render.com/docs/api"},
	{id: "tailscale-key", name: "Tailscale key", severity: critical, expr: `tskey-(?:auth|api|client|scim|webhook)-[0-9A-Za-z]{6,32}-[0-9A-Za-z]{20,64}`, source: "https://tailscale.com/kb/1277/key-prefixes"},
	{id: "openshift-token", name: "OpenShift user token", severity: high, expr: `sha256~[0-9A-Za-z_-]{43}`, source: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/authentication_and_authorization/"},
	{id: "codecov-token", name: "Codecov upload token", severity: medium, expr: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, in: []string{"codecov_token"}, source: "https://docs.codecov.com/docs/codecov-tokens"},
	{id: "travis-token", name: "Travis CI access token", severity: high, expr: `[0-9A-Za-z_-]{22}`, in: []string{"travis_token", "travis_api_token"}, source: "https://docs.travis-ci.com/user/migrate/travis-migrate-api-access/"},
	{id: "snyk-token", name: "Snyk API token", severity: high, expr: `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, in: []string{"snyk_token", "snyk_key", "snyk_api"}, source: "https://docs.snyk.io/snyk-api/authentication-for-api"},
	{id: "semgrep-token", name: "Semgrep app token", severity: high, expr: `[0-9a-f]{64}`, in: []string{"semgrep_app_token"}, source: "https://semgrep.dev/docs/semgrep-ci/ci-environment-variables"},
	{id: "launchdarkly-sdk-key", name: "LaunchDarkly SDK key", severity: high, expr: `sdk-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`, source: "https://launchdarkly.com/docs/sdk/concepts/client-side-server-side"},
	{id: "launchdarkly-api-key", name: "LaunchDarkly API access token", severity: high, expr: `api-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`, source: "https://launchdarkly.com/docs/home/account/api"},
	{id: "postman-key", name: "Postman API key", severity: high, expr: `PMAK-[0-9a-f]{24}-[0-9a-f]{34}`, source: "https://learning.postman.com/docs/developer/postman-api/authentication/"},
	{id: "readme-key", name: "ReadMe API key", severity: medium, expr: `rdme_[0-9a-z]{70}`, source: "https://docs.readme.com/main/reference/intro/authentication"},
	{id: "unkey-root-key", name: "Unkey root key", severity: high, expr: `unkey_[0-9A-Za-z]{22,32}`, source: "https://www.unkey.com/docs/security/root-keys"},
	{id: "infracost-key", name: "Infracost API key", severity: medium, expr: `ico-[0-9A-Za-z]{32}`, source: "https://www.infracost.io/docs/"},
	{id: "harness-pat", name: "Harness personal access token", severity: high, expr: `pat\.[0-9A-Za-z_-]{22}\.[0-9a-f]{24}\.[0-9A-Za-z]{20}`, source: "https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/"},
	{id: "harness-sat", name: "Harness service account token", severity: high, expr: `sat\.[0-9A-Za-z_-]{22}\.[0-9a-f]{24}\.[0-9A-Za-z]{20}`, source: "https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/"},
	{id: "octopus-key", name: "Octopus Deploy API key", severity: high, expr: `API-[0-9A-Z]{26,36}`, in: []string{"octopus"}, source: "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key"},
	{id: "gitlab-runner-registration-routable", name: "GitLab runner registration token", severity: high, expr: `glrtr-[0-9A-Za-z_-]{20,300}`, source: "https://docs.gitlab.com/security/tokens/#token-prefixes"},
	{id: "vault-recovery-token", name: "HashiCorp Vault recovery token", severity: critical, expr: `hvr\.[0-9A-Za-z_-]{24,300}`, source: "https://developer.hashicorp.com/vault/docs/concepts/tokens"},
	{id: "fly-organization-token", name: "Fly.io access token (legacy format)", severity: high, expr: `fo1_[0-9A-Za-z_-]{43}`, source: "https://fly.io/docs/security/tokens/"},
	{id: "vercel-blob-token", name: "Vercel Blob token", severity: high, expr: `vercel_blob_rw_[0-9A-Za-z]{16}_[0-9A-Za-z]{30}`, source: "https://vercel.com/docs/vercel-blob"},
	{id: "k3s-token", name: "K3s cluster token", severity: critical, expr: `K10[0-9a-f]{64}::(?:server|node|[0-9a-z]{6})[:.][0-9A-Za-z]{16,64}`, source: "https://docs.k3s.io/cli/token"},
	{id: "dbt-token", name: "dbt Cloud token", severity: high, expr: `dbt[cu]_[0-9A-Za-z_-]{36,80}`, source: "https://docs.getdbt.com/docs/dbt-cloud-apis/authentication"},
	{id: "posthog-personal-key", name: "PostHog personal API key", severity: high, expr: `phx_[0-9A-Za-z]{43,48}`, source: "https://posthog.com/docs/api"},
	{id: "jenkins-token", name: "Jenkins API token", severity: high, expr: `11[0-9a-f]{32}`, in: []string{"jenkins"}, source: "https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/"},
	{id: "laravel-app-key", name: "Laravel application key", severity: high, expr: `base64:[0-9A-Za-z+/]{43}=`, in: []string{"app_key"}, source: "https://laravel.com/docs/encryption#configuration"},
}
