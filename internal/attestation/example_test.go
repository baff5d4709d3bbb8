package attestation_test

import (
	"fmt"
	"log"

	"seaworthy.dev/seaworthy/internal/attestation"
)

func ExampleOpen() {
	s, ok, err := attestation.Open([]byte(`{
		"_type": "https://in-toto.io/Statement/v1",
		"predicateType": "https://spdx.dev/Document",
		"subject": [{"digest": {"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}],
		"predicate": {"spdxVersion": "SPDX-2.3"}
	}`))
	if err != nil || !ok {
		log.Fatal("not an attestation: ", err)
	}
	fmt.Println(s.PredicateType, s.Signed)
	fmt.Println(s.IsAbout("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
	fmt.Println(string(s.Predicate))
	// Output:
	// https://spdx.dev/Document false
	// true
	// {"spdxVersion": "SPDX-2.3"}
}
