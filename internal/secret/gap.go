package secret

import "seaworthy.dev/seaworthy"

// gap is a reason why a file was only partially searched. It is stored in the cache;
// [gap.describe] returns the code and the sentence for a report.
type gap string

// The gaps.
const (
	tooMany         gap = "too-many"
	tooCostly       gap = "too-costly"
	tooLongText     gap = "text-size"
	tooLarge        gap = "too-large"
	encrypted       gap = "encrypted"
	methods         gap = "method"
	damaged         gap = "damaged"
	nestedTooDeep   gap = "nesting"
	nestedTooLarge  gap = "nested-size"
	tooLongDatabase gap = "database-size"
	packBaseless    gap = "pack-base"
	packTooDeep     gap = "pack-depth"
	packTooLong     gap = "pack-version-size"
	packTooMany     gap = "pack-objects"
)

// describe returns the code and the sentence for a report.
func (g gap) describe() (seaworthy.CoverageCode, string) {
	switch g {
	case tooMany:
		return seaworthy.CodeLimitExceeded, "It holds more than 1000 values that look like secrets; the first 1000 are reported."
	case tooCostly:
		return seaworthy.CodeLimitExceeded, "So much in it starts like a secret that not all could be searched."
	case tooLongText:
		return seaworthy.CodeLimitExceeded, "One of its texts has more than 1 MiB; the rest was not searched."
	case tooLongDatabase:
		return seaworthy.CodeLimitExceeded, "It is a database with more than 16 MiB of named values; the rest was searched without the names."
	case tooLarge:
		return seaworthy.CodeLimitExceeded, "Decompressed it has more than 200 times its size; the rest was not scanned."
	case encrypted:
		return seaworthy.CodeEncrypted, "It holds files that are encrypted; what is in them is not known."
	case methods:
		return seaworthy.CodeUnsupportedFormat, "It holds files that are compressed by a method that is not supported."
	case nestedTooDeep:
		return seaworthy.CodeLimitExceeded, "It has archives in more than two levels of archives; the files in those were not scanned."
	case nestedTooLarge:
		return seaworthy.CodeLimitExceeded, "It has an archive of more than 32 MiB in it; the files in that were not scanned."
	case damaged:
		return seaworthy.CodeUnreadable, "It is damaged: not all that it holds could be decompressed."
	case packBaseless:
		return seaworthy.CodeUnreadable, "It is a pack of Git with differences from objects that are not in it; what they make was not scanned."
	case packTooDeep:
		return seaworthy.CodeLimitExceeded, "It is a pack of Git with differences from differences, more than 4095 deep; the deeper ones were not scanned."
	case packTooLong:
		return seaworthy.CodeLimitExceeded, "It is a pack of Git with differences between versions of more than 16 MiB; these versions were not scanned."
	case packTooMany:
		return seaworthy.CodeLimitExceeded, "It is a pack of Git with more than 1048576 objects; the rest was not scanned."
	default: // of a damaged cache entry
		return seaworthy.CodeUnspecified, "It was searched only partly."
	}
}
