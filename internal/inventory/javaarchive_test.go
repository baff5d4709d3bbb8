package inventory

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy/internal/imagetest"
	"seaworthy.dev/seaworthy/internal/zipfile"
)

// entry is a file of a test archive.
type entry struct {
	name, body string
	stored     bool
}

func zipOf(t testing.TB, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.stored {
			h.Method = zip.Store
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(e.body))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// commented returns an archive with a comment.
func commented(archive, comment string) string {
	b := []byte(archive + comment)
	b[len(archive)-2], b[len(archive)-1] = byte(len(comment)), byte(len(comment)>>8)
	return string(b)
}

func pom(group, artifact, version string) entry {
	return entry{
		name: fmt.Sprintf("META-INF/maven/%s/%s/pom.properties", group, artifact),
		body: fmt.Sprintf("#Created by Apache Maven 3.6.3\r\ngroupId=%s\r\nartifactId = %s\r\nversion=%s\r\n", group, artifact, version),
	}
}

func manifest(lines ...string) entry {
	return entry{name: "META-INF/MANIFEST.MF", body: "Manifest-Version: 1.0\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\nName: x/\r\nImplementation-Version: 9\r\n"}
}

func TestJavaArchives(t *testing.T) {
	log4j := zipOf(t, pom("org.apache.logging.log4j", "log4j-core", "2.14.1"))
	spring := zipOf(t, manifest("Implementation-Title: spring-core", "Implementation-Version: 5.3.9"))
	for _, c := range []struct {
		name, path, body string
		want             []string
		unread           string
	}{
		{name: "pom", path: "log4j-core-2.14.1.jar", body: log4j, want: []string{"maven org.apache.logging.log4j:log4j-core 2.14.1"}},
		{name: "renamed with pom", path: "logging.jar", body: log4j, want: []string{"maven org.apache.logging.log4j:log4j-core 2.14.1"}},
		{
			name: "shaded", path: "app-1.0.jar",
			body: zipOf(t, manifest("Bundle-License: https://opensource.org/licenses/mit"), pom("g", "app", "1.0"), pom("h", "dep", "2.0"), pom("h", "other", "${version}")),
			want: []string{"maven g:app 1.0 (MIT)", "maven h:dep 2.0"},
		},
		{name: "manifest", path: "spring-core-5.3.9.jar", body: spring, want: []string{"~ maven org.springframework:spring-core 5.3.9"}},
		{name: "renamed with manifest", path: "spring3-core-3.x.jar", body: spring, want: []string{"~ maven org.springframework:spring-core 5.3.9"}},
		{
			name: "bundle", path: "commons.jar",
			body: zipOf(t, manifest("Implementation-Title: io", "Bundle-SymbolicName: org.exam", " ple.io;singleton:=true", "Bundle-Version: 1.2.3")),
			want: []string{"~ maven org.example:io 1.2.3"},
		},
		{name: "name alone", path: "bcprov-jdk15on-1.68.jar", body: zipOf(t), want: []string{"~ maven org.bouncycastle:bcprov-jdk15on 1.68"}},
		{name: "classifier", path: "thing-4.1.48.Final-linux-x86_64.jar", body: zipOf(t), want: []string{"~ maven thing 4.1.48.Final"}},
		{name: "nothing known", path: "app.jar", body: zipOf(t, entry{name: "A.class"})},
		{
			name: "nested", path: "app.war",
			body: zipOf(t, entry{"WEB-INF/lib/log4j-core-2.14.1.jar", log4j, false},
				entry{"WEB-INF/lib/all.jar", zipOf(t, entry{"lib/x.jar", spring, true}), true}),
			want: []string{
				"maven org.apache.logging.log4j:log4j-core 2.14.1 in WEB-INF/lib/log4j-core-2.14.1.jar",
				"~ maven org.springframework:spring-core 5.3.9 in WEB-INF/lib/all.jar!/lib/x.jar",
			},
		},
		{name: "behind a script", path: "log4j-core-2.14.1.jar", body: "#!/bin/sh\nexec java -jar $0\n" + log4j, want: []string{"maven org.apache.logging.log4j:log4j-core 2.14.1"}},
		{name: "behind other bytes", path: "x.jar", body: "\x00\x01 other bytes " + log4j, want: []string{"maven org.apache.logging.log4j:log4j-core 2.14.1"}},
		{name: "an end record in its comment", path: "x.jar", body: commented(log4j, "PK\x05\x06"+strings.Repeat("\x00", 22)), want: []string{"maven org.apache.logging.log4j:log4j-core 2.14.1"}},
		{
			name: "a long path in it", path: "x.jar",
			body: zipOf(t, entry{name: "META-INF/maven/" + strings.Repeat("d/", 5000) + "pom.properties", body: "groupId=g\nartifactId=a\nversion=1\n"}),
			want: []string{"maven g:a 1"},
		},
		{name: "without an extension", path: "app", body: zipOf(t, manifest(), pom("g", "a", "1")), want: []string{"maven g:a 1"}},
		{name: "another extension", path: "app.bin", body: zipOf(t, manifest(), pom("g", "a", "1")), want: []string{"maven g:a 1"}},
		{name: "in upper case", path: "APP.JAR", body: zipOf(t, entry{name: "meta-inf/Manifest.mf", body: "Manifest-Version: 1.0\n"}, pom("g", "a", "1")), want: []string{"maven g:a 1"}},
		{name: "behind a script without an extension", path: "app", body: "#!/bin/sh\n" + strings.Repeat("#\n", minScript) + zipOf(t, manifest(), pom("g", "a", "1")), want: []string{"maven g:a 1"}},
		{name: "another archive", path: "a.docx", body: zipOf(t, entry{name: "word/document.xml"}, pom("g", "a", "1"))},
		{name: "a damaged one in it", path: "app.jar", body: zipOf(t, entry{"lib/x.jar", "PK", true}), unread: "lib/x.jar in it: it is not a complete zip archive."},
		{name: "cut", path: "app.jar", body: log4j[:len(log4j)-30], unread: "It is not a complete zip archive."},
		{name: "no archive", path: "app.jar", body: "<html>"},
		{name: "long text", path: "app.jar", body: zipOf(t, entry{name: "META-INF/MANIFEST.MF", body: strings.Repeat("x", maxJavaText+1)}), unread: "more than 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := read(t, fileOf("opt/"+c.path, []byte(c.body)))
			var got []string
			unread := ""
			for _, f := range l.Files {
				got, unread = append(got, brief(f.Packages)...), f.ReadError
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(unread, c.unread) || c.unread == "" && unread != "" {
				t.Errorf("the reason is %q and should say %q", unread, c.unread)
			}
		})
	}
}

func TestDeepArchive(t *testing.T) {
	body := zipOf(t, pom("g", "innermost", "1.0"))
	for range 40 {
		body = zipOf(t, pom("g", "around", "1.0"), entry{"a.jar", body, false})
	}
	packages, err := parseJavaArchive(context.Background(), fileOf("a.jar", []byte(body)))
	if len(packages) != maxArchiveDepth+1 || err == nil || !strings.Contains(err.Error(), "more than 8 archives deep") {
		t.Errorf("%d packages and the error %v", len(packages), err)
	}
}

// TestManyEntries has a central directory with more than a million entries for one file,
// which is such an archive, too.
func TestManyEntries(t *testing.T) {
	many := func(one string, n int) string {
		const endSize, locatorSize = 56, 20 // of zip64's records
		central := strings.Index(one, "PK\x01\x02")
		record := one[central:strings.LastIndex(one, "PK\x05\x06")]
		var b bytes.Buffer
		b.WriteString(one[:central])
		b.WriteString(strings.Repeat(record, n))
		end := b.Len()
		head := make([]byte, endSize+locatorSize)
		copy(head, "PK\x06\x06")
		binary.LittleEndian.PutUint64(head[32:], uint64(n))
		binary.LittleEndian.PutUint64(head[40:], uint64(n*len(record)))
		binary.LittleEndian.PutUint64(head[48:], uint64(central))
		copy(head[endSize:], "PK\x06\x07")
		binary.LittleEndian.PutUint64(head[endSize+8:], uint64(end))
		b.Write(head)
		b.WriteString("PK\x05\x06\x00\x00\x00\x00" + strings.Repeat("\xff", 12) + "\x00\x00")
		return b.String()
	}
	body := many(zipOf(t, entry{name: "A.class"}), zipfile.MaxEntries+1)
	_, err := parseJavaArchive(context.Background(), fileOf("a.jar", []byte(body)))
	if err == nil || err.Error() != "it has more than 1000000 entries; only these were read" {
		t.Errorf("a million entries: %v", err)
	}
	for _, c := range []struct {
		name, body string
		walk       javaWalk
		want       string
	}{
		{"manifests", many(zipOf(t, manifest(strings.Repeat("x", maxJavaText+1))), 100), javaWalk{entries: 1000, inflate: 8 << 20}, zipfile.ErrBudget.Error()},
		{"archives", many(zipOf(t, entry{"a.jar", many(zipOf(t, pom("g", "a", "1")), 1000), false}), 1000), javaWalk{entries: 5000, inflate: 1 << 30}, errArchiveEntries.Error()},
		{"bomb", zipOf(t, entry{"b.jar", strings.Repeat("\x00", 4<<20), false}), javaWalk{entries: 10, inflate: 1 << 20}, "b.jar in it: it has more than 1048576 bytes"},
	} {
		c.walk.ctx = context.Background()
		_, err := c.walk.read(fileOf("a.jar", []byte(c.body)))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v, and should say %s", c.name, err, c.want)
		}
	}
}

func FuzzJavaArchive(f *testing.F) {
	inner := zipOf(f, pom("g", "a", "1"), manifest("Implementation-Title: b"))
	f.Add([]byte(zipOf(f, entry{"a.jar", inner, true}, entry{"b.jar", inner, false})))
	f.Add([]byte(inner))
	f.Fuzz(func(t *testing.T, body []byte) {
		imagetest.LimitInput(t, func() {
			packages, _ := parseJavaArchive(context.Background(), fileOf("a-1.0.jar", body))
			for _, p := range packages {
				if p.Name == "" || p.Version == "" {
					t.Errorf("a package without name or version: %+v", p)
				}
			}
		})
	})
}

// TestNameHints holds that an archive without Maven coordinates keeps the names from which
// its group may be inferred, and that one with coordinates has none.
func TestNameHints(t *testing.T) {
	for _, c := range []struct {
		name, path string
		entries    []entry
		want       string
		hints      []string
	}{
		{"bundle of Tomcat", "catalina.jar", []entry{
			manifest("Bundle-SymbolicName: org.apache.tomcat-catalina;singleton:=true\nImplementation-Title: Apache Tomcat\nImplementation-Version: 9.0.83"),
			{name: "org/apache/catalina/Server.class"}, {name: "org/apache/catalina/core/A.class"}, {name: "org/apache/naming/B.class"},
		}, "~ maven catalina 9.0.83", []string{"org.apache.tomcat-catalina", "org.apache.catalina"}},
		{"module", "spring.web-6.0.0.jar", []entry{manifest("Automatic-Module-Name: spring.web"), {name: "org/springframework/web/A.class"}},
			"~ maven spring.web 6.0.0", []string{"spring.web", "org.springframework.web"}},
		{"packages only", "derby-10.14.2.0.jar", []entry{manifest("Manifest-Version: 1.0"), {name: "org/apache/derby/A.class"}, {name: "META-INF/versions/9/x/y/B.class"}},
			"~ maven derby 10.14.2.0", []string{"org.apache.derby"}},
		{"title that is a package", "hsqldb.jar", []entry{manifest("Implementation-Title: org.hsqldb\nImplementation-Version: 2.7.1"), {name: "org/hsqldb/A.class"}},
			"~ maven hsqldb 2.7.1", []string{"org.hsqldb"}},
		{"coordinates", "a-1.0.jar", []entry{pom("g", "a", "1.0"), {name: "x/y/z/A.class"}}, "maven g:a 1.0", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			packages, err := parseJavaArchive(context.Background(), fileOf("opt/"+c.path, []byte(zipOf(t, c.entries...))))
			if err != nil || len(packages) != 1 {
				t.Fatal(packages, err)
			}
			if got := brief(packages)[0]; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if diff := cmp.Diff(c.hints, packages[0].NameHints); diff != "" {
				t.Error(diff)
			}
		})
	}
}
