package filecheck

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/filekind"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// credentialFileInterests returns the files whose names suggest credentials.
func credentialFileInterests() []check.Interest {
	in := check.Interest{Name: "credential-file", Only: func(h *seaworthy.Header) bool {
		return (h.Type == seaworthy.Regular && h.Size > 0) && filekind.Of(h.Path) != nil
	}}
	for k := range filekind.All() {
		in.Bases = append(in.Bases, k.Bases...)
		in.Suffixes = append(in.Suffixes, k.Suffixes...)
		in.Under = append(in.Under, k.Under...)
		for _, tail := range k.Tails {
			in.Bases = append(in.Bases, path.Base(tail))
		}
	}
	return []check.Interest{in}
}

// credentialFileChecks returns the check of files whose names suggest credentials. It
// reads no contents: the secret analyzer does.
func credentialFileChecks() []check.Check {
	return []check.Check{{
		ID: "credential-file", Title: "File name suggests credentials",
		Severity: seaworthy.Medium,
		CIS:      []string{"4.10"},
		Dockle:   []string{"CIS-DI-0010"},
		Detail:   "Anyone who can pull the image can read it, even if a later layer removes it. This check goes by the name alone; the contents are searched under the risk secret.",
		Remedy: check.Remedy(
			"Keep the file out of the build with .dockerignore, and replace the credentials.",
			seaworthy.Note("If one step of the build needs it, mount it there:"),
			seaworthy.Dockerfile("RUN --mount=type=secret,id=NAME,target=FILE,required=true COMMAND"),
			seaworthy.Note("If the container needs it, mount it when the container starts."),
		),
		References: []string{"https://docs.docker.com/build/building/secrets/"},
		Find:       findCredentialFiles,
	}}
}

func findCredentialFiles(s *check.Image) []check.Violation {
	var list []check.Violation
	at := map[string]int{}
	tests := check.Violation{Severity: seaworthy.Negligible, Title: "File names in packages' tests and examples suggest credentials"}
	for _, e := range s.Entries("credential-file") {
		if javaTrustStore(e.Path) {
			continue
		}
		if testData(e.Path) {
			if tests.Locations = append(tests.Locations, s.Location(e, 0)); len(tests.Locations) == 1 {
				tests.Evidence = "the first is /" + check.Shown(e.Path)
			}
			continue
		}
		if i, ok := at[e.Path]; ok {
			list[i].Locations = append(list[i].Locations, s.Location(e, 0))
			continue
		}
		k := filekind.Of(e.Path)
		v := check.Violation{
			Severity: k.Severity, Title: check.Shown(path.Base(e.Path)) + " is named like " + k.Title,
			Evidence: fmt.Sprintf("/%s (%d bytes, mode %04o)", check.Shown(e.Path), e.Size, e.Mode), Locations: []seaworthy.Location{s.Location(e, 0)},
		}
		if !e.Live() {
			v.Detail = "Containers no longer see it."
		}
		at[e.Path] = len(list)
		list = append(list, v)
	}
	if len(tests.Locations) > 0 {
		list = append(list, tests)
	}
	return list
}

// javaTrustStore reports whether a file has the certificates that Java trusts, which are
// not secret.
func javaTrustStore(p string) bool {
	base := path.Base(p)
	return base == "cacerts" || base == "cacerts.jks" || base == "jssecacerts" || base == "truststore.jks" || base == "truststore.p12" ||
		strings.HasSuffix(p, "/lib/security/"+base) || strings.HasPrefix(p, "etc/pki/ca-trust/") || strings.HasPrefix(p, "etc/ssl/certs/")
}
