package license_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/license"
)

func ExampleNormalizer() {
	var n license.Normalizer
	for _, e := range n.Expressions([]string{"GPLv2+ and (MIT or BSD)", "Apache License, Version 2.0", "NOASSERTION"}) {
		fmt.Println(e)
	}
	// Output:
	// GPL-2.0-or-later AND (MIT OR LicenseRef-BSD)
	// Apache-2.0
}
