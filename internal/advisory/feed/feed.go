// Package feed reads what publishers of advisories publish, each in its own format:
// OSV's bulk archives, Amazon's updateinfo, the OVAL of Oracle, Photon and Azure Linux,
// Debian's security tracker, the VEX of Ubuntu and Red Hat, CISA's KEV catalog, EPSS
// scores, and endoflife.date.
//
// In go the bytes of one file, out come records and statements in a dataset of package
// store. Nothing is downloaded here. Refused is a file in another format, and one over
// the limits. Single records that cannot be read are skipped and counted.
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

// Feed is the source of a dataset that comes from a publisher's own files and not from
// OSV's bulk archives.
type Feed struct {
	// Completes is true if the dataset completes the advisories of an ecosystem, and
	// false if it has them.
	Completes bool
	// Large is true if it takes minutes to download and read. No scan waits for it.
	Large bool
	// Dir is the directory of the files in a source, each with its path.
	Dir string
	// Files are those that the publisher has. In a source that is a directory every
	// file below Dir is read.
	Files []File
	// Changes is the publisher's list of changes; nil if there is none.
	Changes *Changes

	read func(ctx context.Context, in io.Reader, path string, b *store.Builder, skipped *Skipped) error
}

// File is a file of a feed.
type File struct {
	Path string // below Dir
	URL  string // of the publisher
	// Find returns the URL of the file by what URL answers; nil if URL is the file.
	Find func(ctx context.Context, get Getter, url string) (string, error)
	// Summed is true if the publisher has the SHA-256 of the file next to it, in a file
	// with .sha256 after its name.
	Summed bool
}

// Getter downloads a short text.
type Getter func(ctx context.Context, url string) (string, error)

// Changes is a list of the documents of a feed with the time of their last change, the
// newest first: the changes.csv of CSAF.
type Changes struct {
	URL string // of the publisher: the directory of the list and the documents

	parseLine func(line string) (at time.Time, path string, ok bool)
	id        func(path string) string
	parse     func([]byte) (*Document, error)
}

// ParseLine parses a line of the list. The path is relative to the list.
func (c *Changes) ParseLine(line string) (at time.Time, path string, ok bool) {
	return c.parseLine(line)
}

// ID is the id of the advisory that a document of the list becomes.
func (c *Changes) ID(path string) string { return c.id(path) }

// Parse parses a document of the list. It returns nil for one about no CVE.
func (c *Changes) Parse(data []byte) (*Document, error) { return c.parse(data) }

// Read reads a file, which may be compressed, into a dataset. The path is below Dir.
func (f *Feed) Read(ctx context.Context, in io.Reader, path string, b *store.Builder, skipped *Skipped) error {
	body, err := unpack(in)
	if err != nil {
		return err
	}
	defer body.Close()
	return f.read(ctx, body, path, b, skipped)
}

// Lookup returns the feed of a dataset.
func Lookup(name string) (*Feed, bool) {
	f, ok := feeds[name]
	return &f, ok
}

// Names returns the datasets that have a feed, sorted.
func Names() []string { return slices.Sorted(maps.Keys(feeds)) }

// Ecosystems returns the ecosystems whose advisories come from a feed, sorted.
func Ecosystems() []string {
	return slices.DeleteFunc(Names(), func(name string) bool { return feeds[name].Completes })
}

// feeds are all feeds by the name of the dataset.
var feeds = map[string]Feed{
	store.DebianStates: {
		Completes: true, Dir: "native/debian-tracker", read: readDebianTracker,
		Files: []File{{Path: "data.json", URL: "https://security-tracker.debian.org/tracker/data/json"}},
	},
	store.UbuntuStates: {
		Completes: true, Large: true, Dir: "native/ubuntu-vex", read: readUbuntuVEX,
		Files: []File{{Path: "vex-all.tar.xz", URL: "https://security-metadata.canonical.com/vex/vex-all.tar.xz"}},
	},
	store.RedHatStates: {
		Completes: true, Large: true, Dir: "native/redhat-vex", read: readRedHatVEX,
		Files:   []File{{Path: "csaf_vex.tar.zst", URL: redHatFiles + "archive_latest.txt", Find: findNamed, Summed: true}},
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
	store.EOL:   {Completes: true, Dir: "native/endoflife", read: readEndOfLife, Files: endOfLifeFiles()},
}

// findNamed reads the name of a file from another file in the same directory.
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
