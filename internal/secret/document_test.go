package secret

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

// gitlabToken returns a token in the form of GitLab's.
func gitlabToken() string { return "glpat" + "-" + rand.Text()[:20] }

// TestDocuments shows that secrets are found wherever a document about the image has them,
// and that no location shows one.
func TestDocuments(t *testing.T) {
	a, err := New(Options{Key: []byte("a key only for these tests")})
	if err != nil {
		t.Fatal(err)
	}
	token, other := gitlabToken(), gitlabToken()
	encoded := base64.StdEncoding.EncodeToString([]byte("FROM alpine\nRUN git clone https://oauth2:" + token + "@gitlab.example/a.git\n"))
	payload := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"predicate":{"invocation":{"parameters":{"args":{"build-arg:T":%q}}}}}`, token))
	for name, test := range map[string]struct {
		document, data string
		want           []string // locations
	}{
		"shell":                  {"configuration", `{"config":{"Shell":["/bin/sh","-c","` + token + `"]}}`, []string{"# configuration: config.Shell.2"}},
		"container_config":       {"configuration", `{"container_config":{"Env":["A=` + token + `"]}}`, []string{"# configuration: container_config.Env.0"}},
		"unknown field":          {"configuration", `{"com.acme.build":{"by":["` + token + `"]}}`, []string{"# configuration: com.acme.build.by.0"}},
		"volume":                 {"configuration", `{"config":{"Volumes":{"/d/` + token + `":{}}}}`, []string{"# configuration: config.Volumes./d/***"}},
		"author":                 {"configuration", `{"author":"` + token + `","history":[{"author":"` + other + `"}]}`, []string{"# configuration: author", "# configuration: history.0.author"}},
		"twice":                  {"configuration", `{"author":"` + token + `","a":["` + token + `"]}`, []string{"# configuration: author"}},
		"scanned as instruction": {"configuration", `{"config":{"Env":["A=` + token + `"],"Labels":{"a":"` + token + `"}},"history":[{"created_by":"` + token + `","comment":"` + token + `"}]}`, nil},
		"label in another place": {"manifest", `{"config":{"Labels":{"a":"` + token + `"}}}`, []string{"# manifest: config.Labels.a"}},
		"annotation":             {"manifest", `{"annotations":{"com.acme.token":"` + token + `"}}`, []string{"# manifest: annotations.com.acme.token"}},
		"index":                  {"index", `{"manifests":[{"annotations":{"a":"` + token + `"}}]}`, []string{"# index: manifests.0.annotations.a"}},
		"build argument":         {"attestation", `{"predicate":{"args":{"build-arg:T":"` + token + `"}}}`, []string{"# attestation: predicate.args.build-arg:T"}},
		"named by the argument":  {"attestation", `{"args":{"build-arg:DB_PASSWORD":"` + "Wx7" + `qLm2Rt9Zk"}}`, []string{"# attestation: args.build-arg:DB_PASSWORD"}},
		"Dockerfile in base64":   {"attestation", `{"source":{"infos":[{"data":"` + encoded + `"}]}}`, []string{"# attestation: source.infos.0.data"}},
		"DSSE envelope":          {"attestation", `{"payloadType":"application/vnd.in-toto+json","payload":"` + payload + `"}`, []string{"# attestation: payload"}},
		"secret on the way":      {"manifest", `{"` + token + `":{"a":"` + other + `"}}`, []string{"# manifest: ***", "# manifest: ***.a"}},
		"digests":                {"manifest", `{"config":{"digest":"sha256:` + strings.Repeat("0123456789abcdef", 4) + `"}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			list, unreadable, gaps := a.documents(&seaworthy.Image{Documents: []seaworthy.Document{{Name: test.document, Data: []byte(test.data)}}}, nil)
			var got []string
			for _, o := range list {
				got = append(got, o.location.Instruction)
			}
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" || unreadable != nil || gaps != nil {
				t.Errorf("%s\nunreadable %q, gaps %q", diff, unreadable, gaps)
			}
		})
	}
}

// TestDamagedDocuments shows that what comes before the damage is found, and the rest is
// reported.
func TestDamagedDocuments(t *testing.T) {
	a, err := New(Options{Key: []byte("a key only for these tests")})
	if err != nil {
		t.Fatal(err)
	}
	for name, tail := range map[string]string{
		"cut": `"b":"`, "cut after a value": `[1`, "nested": strings.Repeat(`{"a":`, 20000), "no JSON": "}}}",
	} {
		data := `{"a":"` + gitlabToken() + `","x":` + tail
		list, unreadable, _ := a.documents(&seaworthy.Image{Documents: []seaworthy.Document{{Name: "manifest", Data: []byte(data)}}}, nil)
		if len(list) != 1 || !slices.Equal(unreadable, []string{"manifest"}) {
			t.Errorf("%s: %d secrets, unreadable %q", name, len(list), unreadable)
		}
	}
}

// FuzzDocument walks arbitrary documents.
func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"a":["b",{"c":1.5,"d":null}],"e":"` + base64.StdEncoding.EncodeToString([]byte(`{"f":["gggggggggggggggggggggggggggggggggggggg"]}`)) + `"}`))
	f.Add([]byte(`"a"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		err := eachLeaf(data, func(l leaf) { _ = l.name() })
		if err == nil && strings.TrimSpace(string(data)) != "" && !json.Valid(data) {
			var v any
			d := json.NewDecoder(strings.NewReader(string(data)))
			if d.Decode(&v) != nil {
				t.Errorf("no error for %q", data)
			}
		}
	})
}
