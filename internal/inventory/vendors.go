package inventory

import "strings"

// knownVendor returns the vendor whom the field Maintainer of a package names, or "". It is
// for vendors that build packages for the distributions of others.
func knownVendor(maintainer string) string {
	if maintainer == "" {
		return ""
	}
	maintainer = strings.ToLower(maintainer)
	for _, v := range packageVendors() {
		for _, mark := range v.marks {
			if strings.Contains(maintainer, mark) {
				return v.name
			}
		}
	}
	return ""
}

// packageVendor is a vendor, and what its packages have in the field Maintainer, in lower
// case.
type packageVendor struct {
	name  string
	marks []string
}

// packageVendors returns the known vendors.
func packageVendors() []packageVendor {
	return []packageVendor{
		{"nginx.org", []string{"nginx packaging", "@nginx.com", "@f5.com"}},
		{"Docker", []string{"@docker.com"}},
		{"NodeSource", []string{"@nodesource.com"}},
		{"Datadog", []string{"@datadoghq.com"}},
		{"HashiCorp", []string{"@hashicorp.com"}},
		{"Google", []string{"google cloud cli", "google cloud sdk", "google llc", "google inc", "chrome linux team", "google cloud operations"}},
		{"Kubernetes", []string{"kubernetes authors", "@kubernetes.io"}},
		{"Amazon", []string{"@amazon.com", "amazon corretto", "amazon web services"}},
		{"Azul", []string{"@azul.com", "@azulsystems.com"}},
		{"BellSoft", []string{"@bell-sw.com"}},
		{"Eclipse Adoptium", []string{"eclipse adoptium", "@adoptium.net", "temurin-dev@"}},
		{"Microsoft", []string{"@microsoft.com", "dotnetpackages@", "powershellteam@"}},
		{"GitHub", []string{"@github.com"}},
		{"GitLab", []string{"@gitlab.com"}},
		{"Oracle", []string{"@oracle.com", "@oss.oracle.com"}},
		{"MariaDB", []string{"maria-developers@", "@mariadb.com", "@mariadb.org"}},
		{"Percona", []string{"@percona.com"}},
		{"MongoDB", []string{"mongodb packaging", "packaging@mongodb.com", "@10gen.com"}},
		{"Elastic", []string{"@elastic.co", "@elasticsearch.com"}},
		{"OpenSearch", []string{"opensearch-infra@", "@opensearch.org"}},
		{"Redis", []string{"@redis.io", "@redis.com", "@redislabs.com"}},
		{"InfluxData", []string{"@influxdb.com", "@influxdata.com"}},
		{"Grafana", []string{"@grafana.com", "@raintank.io"}},
		{"RabbitMQ", []string{"@rabbitmq.com", "contact-team-rabbitmq", "info@rabbitmq"}},
		{"VMware", []string{"@vmware.com", "@pivotal.io", "@broadcom.com"}},
		{"Erlang Solutions", []string{"@erlang-solutions.com"}},
		{"OpenResty", []string{"@openresty.com", "@openresty.org"}},
		{"Cloudflare", []string{"@cloudflare.com"}},
		{"Tailscale", []string{"@tailscale.com"}},
		{"Jenkins", []string{"kk@kohsuke.org", "@jenkins.io", "@jenkins-ci.org"}},
		{"Zabbix", []string{"@zabbix.com"}},
		{"Puppet", []string{"@puppet.com", "@puppetlabs.com"}},
		{"Chef", []string{"@chef.io", "@getchef.com", "@opscode.com"}},
		{"Salt", []string{"@saltproject.io", "@saltstack.com"}},
		{"Yarn", []string{"yarn@dan.cx"}},
		{"NVIDIA", []string{"cudatools", "nvidia corporation"}},
		{"AMD", []string{"@amd.com"}},
		{"Intel", []string{"intel corporation"}},
		{"New Relic", []string{"@newrelic.com"}},
		{"Dynatrace", []string{"@dynatrace.com"}},
		{"Splunk", []string{"@splunk.com"}},
		{"Sysdig", []string{"@sysdig.com", "@falco.org"}},
		{"Confluent", []string{"@confluent.io"}},
		{"ClickHouse", []string{"@clickhouse.com", "@clickhouse.tech", "@yandex-team.ru"}},
		{"Timescale", []string{"@timescale.com"}},
		{"Citus Data", []string{"@citusdata.com"}},
		{"Couchbase", []string{"@couchbase.com"}},
		{"Neo4j", []string{"@neo4j.com", "@neotechnology.com"}},
		{"Fluent", []string{"@treasure-data.com", "@clear-code.com", "@calyptia.com", "@fluentd.org"}},
		{"Varnish Software", []string{"@varnish-software.com", "@varnish-cache.org"}},
		{"HAProxy Technologies", []string{"@haproxy.com"}},
		{"Envoy", []string{"@tetrate.io", "@envoyproxy.io"}},
		{"Kong", []string{"@konghq.com"}},
		{"Traefik", []string{"@traefik.io", "@containo.us"}},
		{"Teleport", []string{"@goteleport.com", "@gravitational.com"}},
		{"1Password", []string{"@1password.com", "@agilebits.com"}},
		{"Brave", []string{"@brave.com"}},
		{"Mozilla", []string{"@mozilla.com"}},
		{"JFrog", []string{"@jfrog.com"}},
		{"Sonatype", []string{"@sonatype.com"}},
		{"Aqua Security", []string{"@aquasec.com", "@aquasecurity.com"}},
		{"WineHQ", []string{"@winehq.org", "@codeweavers.com"}},
	}
}

// knownApkVendor returns the vendor whom the maintainer of a package of apk names, or "".
// Maintainers of Alpine have addresses of all kinds, also of companies.
func knownApkVendor(maintainer string) string {
	maintainer = strings.ToLower(maintainer)
	for _, v := range []packageVendor{
		{"nginx.org", []string{"nginx packaging"}},
		{"Amazon", []string{"corretto"}},
		{"Eclipse Adoptium", []string{"temurin", "adoptium"}},
		{"OpenResty", []string{"@openresty.com", "@openresty.org"}},
		{"Microsoft", []string{"@microsoft.com"}},
		{"BellSoft", []string{"@bell-sw.com"}},
		{"Azul", []string{"@azul.com"}},
		{"sgerrand", []string{"@sgerrand.com"}},
	} {
		for _, mark := range v.marks {
			if strings.Contains(maintainer, mark) {
				return v.name
			}
		}
	}
	return ""
}
