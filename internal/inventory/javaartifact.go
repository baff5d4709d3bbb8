package inventory

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy/internal/license"
)

// javaArtifact is an artifact with its Maven coordinates.
type javaArtifact struct {
	group, artifact, version string
	// symbolicName is the name of an OSGi bundle; only a manifest has it.
	symbolicName string
	// moduleName is the name of a module of Java; only a manifest has it.
	moduleName string
	// packageName is the package of Java with most classes, at most three levels of it.
	packageName string
	license     string
	guessed     bool // from file names and titles, not from coordinates of the build
}

// isComplete reports whether all coordinates are known.
func (a *javaArtifact) isComplete() bool {
	return a.group != "" && a.artifact != "" && a.version != "" && !strings.Contains(a.group+a.artifact+a.version, "${")
}

func (a *javaArtifact) pkg(within string) Package {
	p := Package{Type: typeMaven, Name: a.artifact, Version: a.version, InnerPath: within, ByText: a.guessed}
	if a.group != "" {
		p.Name = a.group + ":" + a.artifact
	}
	if a.license != "" {
		p.Licenses = []string{a.license}
	}
	if a.guessed {
		for _, hint := range []string{a.symbolicName, a.moduleName, a.packageName} {
			if hint != "" && len(hint) <= maxNameHint && !slices.Contains(p.NameHints, hint) {
				p.NameHints = append(p.NameHints, hint)
			}
		}
	}
	return p
}

// maxNameHint is the maximum length of one of the NameHints, in bytes.
const maxNameHint = 200

// artifactOfProperties reads pom.properties.
func artifactOfProperties(text []byte) javaArtifact {
	var a javaArtifact
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "groupId":
			a.group = value
		case "artifactId":
			a.artifact = value
		case "version":
			a.version = value
		}
	}
	return a
}

// artifactOfManifest reads the main section of a manifest. It takes the vendor as the
// group, which may be wrong.
func artifactOfManifest(text []byte) javaArtifact {
	a := javaArtifact{guessed: true}
	values := manifestValues(string(text))
	a.group = values["implementation-vendor-id"]
	if title := values["implementation-title"]; !strings.ContainsAny(title, " \t:/") {
		a.artifact = title
	}
	a.symbolicName, _, _ = strings.Cut(values["bundle-symbolicname"], ";")
	a.symbolicName = strings.TrimSpace(a.symbolicName)
	a.moduleName = values["automatic-module-name"]
	for _, v := range []string{values["implementation-version"], values["bundle-version"], values["specification-version"]} {
		v, _, _ = strings.Cut(v, " ")
		if v != "" && !strings.Contains(v, "${") {
			a.version = v
			break
		}
	}
	if l := values["bundle-license"]; l != "" && len(l) < 256 && !strings.Contains(l, ",") {
		a.license, _, _ = strings.Cut(l, ";")
		a.license = license.Identifier(strings.Trim(a.license, `"`))
	}
	return a
}

// manifestValues returns attributes of the main section by their names in lower case. A
// line that starts with a space continues the previous one (JAR File Specification,
// "JAR Manifest").
func manifestValues(text string) map[string]string {
	values := map[string]string{}
	name := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if rest, ok := strings.CutPrefix(line, " "); ok {
			if isManifestAttribute(name) {
				values[name] += rest
			}
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		if name = strings.ToLower(key); isManifestAttribute(name) {
			values[name] = strings.TrimSpace(value)
		}
	}
	return values
}

// isManifestAttribute reports whether artifactOfManifest needs the attribute.
func isManifestAttribute(name string) bool {
	switch name {
	case "implementation-title", "implementation-version", "implementation-vendor-id", "specification-version",
		"automatic-module-name", "bundle-symbolicname", "bundle-version", "bundle-license":
		return true
	}
	return false
}

// archiveName matches the name and version in the file name of an archive:
// "spring-core-5.3.9", "netty-transport-4.1.48.Final-linux-x86_64".
var archiveName = regexp.MustCompile(`^(.+?)-(\d[\w.+]*(?:-(?i:alpha|beta|m|rc|cr|snapshot|milestone|jre|android|ga|sp)[\w.+-]*)?)(?:-[a-z][\w-]*)?$`)

// identifyArtifacts returns the artifacts in an archive. Self comes from its manifest, poms
// from its pom.properties files, base is its file name. If none of poms is the archive
// itself, a guess is added.
func identifyArtifacts(self javaArtifact, poms []javaArtifact, base string) []javaArtifact {
	stem := strings.TrimSuffix(base, path.Ext(base))
	name, version := stem, ""
	if m := archiveName.FindStringSubmatch(stem); m != nil {
		name, version = m[1], m[2]
	}
	for i := range poms {
		p := &poms[i]
		if p.artifact == name || p.artifact == self.artifact || len(poms) == 1 && strings.HasPrefix(stem, p.artifact) ||
			strings.HasPrefix(stem, p.artifact+"-"+p.version) {
			p.license = self.license
			return poms
		}
	}
	if strings.HasSuffix(self.artifact, "."+name) { // a title that is a package: ant.jar has org.apache.tools.ant
		if self.moduleName == "" {
			self.moduleName = self.artifact
		}
		self.artifact = name
	}
	// The file name that Maven chose is better than a title, unless the file was renamed.
	renamed := self.version != "" && wellKnownGroup(self.artifact) != "" && wellKnownGroup(name) == ""
	if !renamed && (version != "" || self.artifact == "") {
		self.artifact = name
	}
	if !renamed && version != "" {
		self.version = version
	}
	if len(poms) == 1 && (self.version == "" || self.version == poms[0].version) {
		return poms // the file was renamed
	}
	if self.version == "" || self.artifact == "" {
		return poms // classes of an application, or resources
	}
	if g := wellKnownGroup(self.artifact); g != "" {
		self.group = g
	} else if g, ok := strings.CutSuffix(self.symbolicName, "."+self.artifact); ok {
		self.group = g
	}
	self.guessed = true
	return append(poms, self)
}

// wellKnownGroup returns the group of a common artifact without pom.properties, or "".
func wellKnownGroup(artifact string) string {
	for _, g := range javaGroups() {
		for _, a := range g.artifacts {
			if prefix, ok := strings.CutSuffix(a, "*"); a == artifact || ok && strings.HasPrefix(artifact, prefix) {
				return g.group
			}
		}
	}
	return ""
}

// javaGroup is a list of artifacts of a group. A name that ends in "*" is a prefix.
type javaGroup struct {
	group     string
	artifacts []string
}

// javaGroups returns the known groups. The first match counts.
func javaGroups() []javaGroup {
	return []javaGroup{
		{"org.springframework.boot", []string{"spring-boot", "spring-boot-*"}},
		{"org.springframework.security", []string{"spring-security-*"}},
		{"org.springframework.data", []string{"spring-data-*"}},
		{"org.springframework.cloud", []string{"spring-cloud-*"}},
		{"org.springframework.integration", []string{"spring-integration-*"}},
		{"org.springframework.batch", []string{"spring-batch-*"}},
		{"org.springframework.kafka", []string{"spring-kafka", "spring-kafka-*"}},
		{"org.springframework.amqp", []string{"spring-amqp", "spring-rabbit", "spring-rabbit-*"}},
		{"org.springframework.ws", []string{"spring-ws-*", "spring-xml"}},
		{"org.springframework", []string{
			"spring-aop", "spring-aspects", "spring-beans", "spring-context", "spring-context-support", "spring-core",
			"spring-expression", "spring-instrument", "spring-jcl", "spring-jdbc", "spring-jms", "spring-messaging", "spring-orm",
			"spring-oxm", "spring-r2dbc", "spring-test", "spring-tx", "spring-web", "spring-webflux", "spring-webmvc", "spring-websocket",
		}},
		{"org.apache.tomcat.embed", []string{"tomcat-embed-*"}},
		{"org.apache.tomcat", []string{"tomcat-*"}},
		{"org.bouncycastle", []string{"bcprov-*", "bcpkix-*", "bcpg-*", "bcmail-*", "bctls-*", "bcutil-*", "bc-fips"}},
		{"org.hibernate.validator", []string{"hibernate-validator", "hibernate-validator-*"}},
		{"org.hibernate", []string{"hibernate-core", "hibernate-entitymanager"}},
		{"org.apache.kafka", []string{"kafka-clients", "kafka-streams", "connect-*", "kafka_2.*"}},
		{"org.apache.lucene", []string{"lucene-*"}},
		{"org.apache.solr", []string{"solr-*"}},
		{"org.elasticsearch", []string{"elasticsearch", "elasticsearch-*"}},
		{"org.codehaus.groovy", []string{"groovy", "groovy-all"}},
		{"org.jetbrains.kotlin", []string{"kotlin-stdlib", "kotlin-stdlib-*", "kotlin-reflect"}},
		{"com.squareup.okhttp3", []string{"okhttp", "logging-interceptor"}},
		{"com.squareup.okio", []string{"okio", "okio-jvm"}},
		{"io.projectreactor.netty", []string{"reactor-netty", "reactor-netty-*"}},
		{"io.projectreactor", []string{"reactor-core"}},
		{"io.micrometer", []string{"micrometer-*"}},
		{"io.grpc", []string{"grpc-*"}},
		{"io.reactivex.rxjava2", []string{"rxjava"}},
		{"mysql", []string{"mysql-connector-java"}},
		{"com.mysql", []string{"mysql-connector-j"}},
		{"xerces", []string{"xercesImpl"}},
		{"xalan", []string{"xalan"}},
		{"org.yaml", []string{"snakeyaml"}},
		{"org.apache.ant", []string{"ant"}},
		{"antlr", []string{"antlr"}},
		{"dom4j", []string{"dom4j"}},
	}
}
