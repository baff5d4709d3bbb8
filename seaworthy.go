// Package seaworthy has the types that all parts of Seaworthy share: the container image,
// its layers and packages, the findings, and the interfaces of analyzers and reports. To
// scan an image, use package scanner.
//
// The layers of an [Image] are read once. A [LayerAnalyzer] gets the entries of each layer
// through a [Pass]. When all layers are read, an [ImageAnalyzer] gets the image with its
// layers merged, [Merged]. It reports each defect as a [Finding], and says with [Coverage]
// what it checked. A [Handler], such as a report, receives all of these events and the
// [Verdict] of the policy.
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
