// Package seaworthy is the vocabulary of Seaworthy: the words in which every
// part of the program speaks of a container image and of what is wrong with it.
//
// An [Image] is read in one pass. A [LayerAnalyzer] sees the entries of each
// layer through a [Pass]; an [ImageAnalyzer] then sees the image as a container
// would, through [Merged]. What they conclude are [Finding] and [Coverage]
// events; with the [Verdict] they flow through one [Handler], which is a report,
// a policy or a terminal.
//
// The five risks are those of NIST SP 800-190, section 3.1. The nouns of the
// image format are those of the OCI image specification, version 1.1.
//
// This package imports the standard library only, and every other package may
// import it.
package seaworthy

// SchemaVersion is the version of the report's JSON. It grows by optional
// fields only; a field is never removed or given another meaning.
const SchemaVersion = 1
