package store

import "time"

// Info describes a dataset and where it comes from.
type Info struct {
	// Name is the ecosystem without its release, or KEV or EPSS.
	Name string `json:"name"`
	// Source is the URL or path that the data was read from.
	Source string `json:"source"`
	// Modified is when the source last changed: the time of its newest record, or what the
	// source says.
	Modified time.Time `json:"modified"`
	// Digest is that of the file that was read, "sha256:...".
	Digest string `json:"digest,omitempty"`
	// Records counts the advisories or entries, and Malicious those of malware.
	Records   int `json:"records"`
	Malicious int `json:"malicious,omitempty"`
	// LeftOut counts the files of the source that are no records. What they say is not
	// known.
	LeftOut int `json:"leftOut,omitempty"`
	// ETag and LastModified are what the server sent.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	// Parts are the files that were read, where the source has more than one or
	// is no bulk export.
	Parts []Part `json:"parts,omitempty"`
	// Cursor is the newest modification of a record.
	Cursor time.Time `json:"cursor,omitzero"`
	// Whole is when all records were last read.
	Whole time.Time `json:"whole,omitzero"`

	// Checked is when the data was last known to be what the source has.
	Checked time.Time `json:"-"`
	// Size is that of the file.
	Size int64 `json:"-"`
}

// Part is one of the files that a dataset was read from.
type Part struct {
	Source       string `json:"source"`
	Digest       string `json:"digest"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
}

// Age is how long ago the data was last known to be what the source has.
func (i *Info) Age(now time.Time) time.Duration { return max(0, now.Sub(i.Checked)) }
