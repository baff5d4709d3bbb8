package version

import (
	"regexp"
	"strconv"
	"strings"

	"seaworthy.dev/seaworthy"
)

// A tool may write a version in another form than the advisories, and than the order of
// the ecosystem expects: Java 8 calls itself 1.8.0_462 and is 8.0.462 in advisories. A form
// turns what any tool writes into what the order places correctly. Only comparisons see the
// result: reports have each version as it was written.
type form func(string) string

// OrderOfPackage is like [OrderOf], for the versions of one package, which may have their
// own form.
func OrderOfPackage(ecosystem seaworthy.Ecosystem, name string) Order {
	o := OrderOf(ecosystem)
	if ecosystem.Name == "Bitnami" {
		o.form = softwareForm(strings.ToLower(name))
	}
	return o
}

// formOf returns the form of the versions in an ecosystem, nil if it needs none.
func formOf(ecosystem string) form {
	if ecosystem == "RubyGems" {
		return gemForm
	}
	return nil
}

// gemPlatform matches the platform in the file name of a gem: "1.15.4-x86_64-linux".
var gemPlatform = regexp.MustCompile(`-(?:x86|x64|x86_64|i[3-6]86|amd64|arm|arm64|armv[67]l?|aarch64|universal|ppc64le|powerpc64le|s390x|riscv64|java|jruby|mswin|mingw|linux|darwin)(?:[-_].*|[0-9]*)$`)

// gemForm removes the platform, which RubyGems would take for a pre-release.
func gemForm(text string) string { return gemPlatform.ReplaceAllString(text, "") }

// softwareForm returns the form of software that Bitnami's advisories are about.
func softwareForm(name string) form {
	switch name {
	case "java", "java-min", "jre", "jdk", "openjdk":
		return javaForm
	case "openssl":
		return func(text string) string { return preReleaseForm(opensslForm(text)) }
	case "mariadb", "mariadb-min", "mariadb-galera", "mysql":
		return func(text string) string { return preReleaseForm(mariadbForm(text)) }
	case "ruby", "ruby-min":
		return func(text string) string { return preReleaseForm(rubyForm(text)) }
	}
	return preReleaseForm
}

var (
	// javaUpdate matches versions before JEP 223: 1.8.0_462-b08, 8u462. A hyphen stands
	// for the underscore in advisories.
	javaUpdate = regexp.MustCompile(`^1\.([5-8])\.0[_-]0*([0-9]+)(?:-b[0-9]+)?$|^([5-8])u0*([0-9]+)(?:-?b[0-9]+)?$`)
	// javaUpdateRelease matches the same as Bitnami counts it: 1.8.402.
	javaUpdateRelease = regexp.MustCompile(`^1\.([5-8])\.([1-9][0-9]*)$`)
)

// javaForm returns 8.0.462 for all forms of Java 8's update 462, and the version without
// the build for later ones.
func javaForm(text string) string {
	text, _, _ = strings.Cut(text, "+")
	if m := javaUpdate.FindStringSubmatch(text); m != nil {
		return m[1] + m[3] + ".0." + m[2] + m[4]
	}
	if m := javaUpdateRelease.FindStringSubmatch(text); m != nil {
		return m[1] + ".0." + m[2]
	}
	return text
}

// opensslLetters matches versions before OpenSSL 3: 1.0.2k, 1.0.2zh, 1.0.2k-fips.
var opensslLetters = regexp.MustCompile(`^([0-9]+\.[0-9]+\.[0-9]+)(z?[a-z])(?:-fips)?$`)

// opensslForm replaces the letter of an update with its number: 1.1.1w is 1.1.1.23, and
// 1.0.2za is 1.0.2.27.
func opensslForm(text string) string {
	m := opensslLetters.FindStringSubmatch(text)
	if m == nil {
		return strings.TrimSuffix(text, "-fips")
	}
	n := 0
	for _, c := range m[2] {
		n += int(c-'a') + 1
	}
	return m[1] + "." + strconv.Itoa(n)
}

// mariadbForm removes what MariaDB adds to its version: 5.5.5-10.11.6-MariaDB-log.
func mariadbForm(text string) string {
	if rest, ok := strings.CutPrefix(text, "5.5.5-"); ok && strings.Contains(rest, "MariaDB") {
		text = rest
	}
	text, _, _ = strings.Cut(text, "-MariaDB")
	return strings.TrimSuffix(text, "-log")
}

// rubyPatch matches a patch level, which comes after the release: 2.0.0p648.
var rubyPatch = regexp.MustCompile(`^([0-9]+\.[0-9]+\.[0-9]+)-?p([0-9]+)$`)

func rubyForm(text string) string { return rubyPatch.ReplaceAllString(text, "$1.$2") }

// preRelease matches pre-releases without or with a separator: 8.4.0RC2, 3.13.0b1, 17beta1.
var preRelease = regexp.MustCompile(`^[vV]?([0-9]+(?:\.[0-9]+)*)[-_.~]?(?i:(alpha|beta|rc|a|b))[-_.]?([0-9]+)$`)

// preReleaseForm separates the number of a pre-release, so that RC10 comes after RC9.
func preReleaseForm(text string) string {
	text, _, _ = strings.Cut(text, "(") // bash: 5.2.21(1)-release
	m := preRelease.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	word := strings.ToLower(m[2])
	switch word {
	case "a":
		word = "alpha"
	case "b":
		word = "beta"
	}
	return m[1] + "-" + word + "." + m[3]
}
