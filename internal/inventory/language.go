package inventory

// languageFormats are the manifests of languages, and binaries that say what they
// are made of.
func languageFormats() []format { return nil }
