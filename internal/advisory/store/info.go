package store

import "time"

// Info describes a dataset and where it comes from.
type Info struct {
	// Name is the ecosystem without its release, or KEV or EPSS.
	Name string `json:"name"`
	// Source is the URL or path that the data was read from.
	Source string `json:"source"`
	// Modified is when the source last changed: the modification time of its newest record,
	// or the time that the server or the file states.
	Modified time.Time `json:"modified"`
	// Digest is the digest of the source's file, "sha256:...", or of the list of
	// digests if there are several Parts.
	Digest string `json:"digest,omitempty"`
	// Records counts the advisories or entries. Malicious counts the advisories about
	// malware among them.
	Records   int `json:"records"`
	Malicious int `json:"malicious,omitempty"`
	// LeftOut counts the files of the source that were skipped because they could not be
	// parsed.
	LeftOut int `json:"leftOut,omitempty"`
	// ETag and LastModified are the HTTP headers of the server's last response.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	// Parts are the files that the dataset was read from, if there were several, or if the
	// source is a publisher's feed.
	Parts []Part `json:"parts,omitempty"`
	// Cursor is the modification time of the newest record. A partial update asks the source
	// for what is newer.
	Cursor time.Time `json:"cursor,omitzero"`
	// Whole is when all records were last read. Partial updates do not change it.
	Whole time.Time `json:"whole,omitzero"`

	// Checked is the time of the last check against the source: it had nothing newer then.
	Checked time.Time `json:"-"`
	// Size is the size of the file in bytes.
	Size int64 `json:"-"`
}

// Part is one of several files that a dataset was read from.
type Part struct {
	Source       string `json:"source"`
	Digest       string `json:"digest"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
}

// Age returns the time since the last check against the source. It is never negative.
func (i *Info) Age(now time.Time) time.Duration { return max(0, now.Sub(i.Checked)) }
