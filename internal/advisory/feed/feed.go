// Package feed reads what publishers of advisories publish, each in its own format:
// OSV's bulk archives, Amazon's updateinfo, the OVAL of Oracle, Photon and Azure Linux,
// Debian's security tracker, the VEX of Ubuntu and Red Hat, CISA's KEV catalog, EPSS
// scores, the records of NVD and the CVE Program, and endoflife.date.
//
// A reader parses one file of a publisher and adds its records and statements to a dataset
// of package store. It downloads nothing. It returns an error for a file in another
// format, or over the limits. Single records that cannot be parsed are skipped and
// counted.
package feed

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// Feed describes where a dataset comes from that is read from the files of a publisher,
// and not from OSV's bulk archives.
type Feed struct {
	// Supplement is true if the dataset only adds to the advisories of ecosystems, such as
	// the states of a distribution; false if it has the advisories of an ecosystem.
	Supplement bool
	// Large is true if it takes minutes to download and read. No scan waits for it.
	Large bool
	// Dir is the directory of the files below the source, if that is a mirror or a local
	// directory. In a local directory every file below Dir is read.
	Dir string
	// Files are the files of the publisher.
	Files []File
	// Changes is the publisher's list of changes; nil if there is none.
	Changes *Changes

	read func(ctx context.Context, in io.Reader, path string, b *store.Builder, skipped *Skipped) error
}

// File is a file of a feed.
type File struct {
	Path string // below Dir
	URL  string // of the publisher
	// Find downloads the index that is at URL, and returns the URL of the file. It is nil if
	// the file itself is at URL.
	Find func(ctx context.Context, get Getter, url string) (string, error)
	// HasChecksum is true if the publisher has the SHA-256 of the file next to it, at the
	// same URL with the suffix .sha256.
	HasChecksum bool
}

// Getter downloads a short text, such as an index or a list of mirrors.
type Getter func(ctx context.Context, url string) (string, error)

// Changes describes a publisher's list of the documents that changed last, the newest
// first: the changes.csv of CSAF. With it an update downloads only these documents.
type Changes struct {
	URL string // the directory of the list and of the documents

	parseLine func(line string) (at time.Time, path string, ok bool)
	id        func(path string) string
	parse     func([]byte) (*Document, error)
}

// ParseLine parses a line of the list. The path is relative to the list.
func (c *Changes) ParseLine(line string) (at time.Time, path string, ok bool) {
	return c.parseLine(line)
}

// ID returns the id of the advisory that a document of the list is about.
func (c *Changes) ID(path string) string { return c.id(path) }

// Parse parses a document of the list. It returns nil if the document is about no CVE.
func (c *Changes) Parse(data []byte) (*Document, error) { return c.parse(data) }

// Read parses a file, which may be compressed, and adds what it has to a dataset. The path
// is that of the file below Dir: some formats state the release nowhere else.
func (f *Feed) Read(ctx context.Context, in io.Reader, path string, b *store.Builder, skipped *Skipped) error {
	body, err := unpack(in)
	if err != nil {
		return err
	}
	defer body.Close()
	return f.read(ctx, body, path, b, skipped)
}

// Lookup returns the feed of the dataset with a name; false if it has none.
func Lookup(name string) (*Feed, bool) {
	f, ok := feeds[name]
	return &f, ok
}

// Names returns the names of the datasets that have a feed, sorted.
func Names() []string { return slices.Sorted(maps.Keys(feeds)) }

// Ecosystems returns the ecosystems whose advisories come from a feed, sorted.
func Ecosystems() []string {
	return slices.DeleteFunc(Names(), func(name string) bool { return feeds[name].Supplement })
}

// feeds has all feeds by the name of their dataset.
var feeds = map[string]Feed{
	store.DebianStates: {
		Supplement: true, Dir: "native/debian-tracker", read: readDebianTracker,
		Files: []File{{Path: "data.json", URL: "https://security-tracker.debian.org/tracker/data/json"}},
	},
	store.UbuntuStates: {
		Supplement: true, Large: true, Dir: "native/ubuntu-vex", read: readUbuntuVEX,
		Files: []File{{Path: "vex-all.tar.xz", URL: "https://security-metadata.canonical.com/vex/vex-all.tar.xz"}},
	},
	store.RedHatStates: {
		Supplement: true, Large: true, Dir: "native/redhat-vex", read: readRedHatVEX,
		Files:   []File{{Path: "csaf_vex.tar.zst", URL: redHatFiles + "archive_latest.txt", Find: findNamed, HasChecksum: true}},
		Changes: &Changes{URL: redHatFiles, parseLine: redHatChange, id: redHatID, parse: parseRedHatVEX},
	},
	"Amazon Linux": {
		Dir: "native/amazon-updateinfo", read: readUpdateInfo,
		Files: []File{
			{Path: "2018.03/updateinfo.xml.gz", URL: "http://repo.us-west-2.amazonaws.com/2018.03/updates/x86_64/mirror.list", Find: findUpdateInfo},
			{Path: "2/updateinfo.xml.gz", URL: "https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list", Find: findUpdateInfo},
			{Path: "2023/updateinfo.xml.gz", URL: "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list", Find: findUpdateInfo},
		},
	},
	"Oracle Linux": {
		Dir: "native/oracle-oval", read: readOVAL,
		Files: []File{{Path: "com.oracle.elsa-all.xml.bz2", URL: "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2"}},
	},
	"Azure Linux": {
		Dir: "native/azure-oval", read: readAzureOVAL,
		Files: []File{
			{Path: "cbl-mariner-2.0-oval.xml", URL: azureFiles + "cbl-mariner-2.0-oval.xml"},
			{Path: "azurelinux-3.0-oval.xml", URL: azureFiles + "azurelinux-3.0-oval.xml"},
		},
	},
	"Photon OS": {Dir: "native/photon-oval", read: readOVAL, Files: photonFiles()},
	store.NVD:   {Supplement: true, Large: true, Dir: "native/nvd", read: readNVD, Files: nvdFiles()},
	store.CVEProgram: {
		Supplement: true, Large: true, Dir: "native/cve", read: readCVERecords,
		Files: []File{{Path: "cvelistV5.tar.gz", URL: "https://github.com/CVEProject/cvelistV5/archive/refs/heads/main.tar.gz"}},
	},
	store.EOL: {Supplement: true, Dir: "native/endoflife", read: readEndOfLife, Files: endOfLifeFiles()},
}

// findNamed is a File.Find. The index has only the name of the file, which is in the same
// directory.
func findNamed(ctx context.Context, get Getter, url string) (string, error) {
	text, err := get(ctx, url)
	if err != nil {
		return "", err
	}
	name := strings.TrimSpace(text)
	if name == "" || strings.ContainsAny(name, "/\\?#\n") {
		return "", fmt.Errorf("%s: %q is not the name of a file", url, name)
	}
	return strings.TrimSuffix(url, path.Base(url)) + name, nil
}
