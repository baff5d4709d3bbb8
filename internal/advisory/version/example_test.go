package version_test

import (
	"fmt"
	"log"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/advisory/version"
)

func ExampleOrder_Fix() {
	order := version.OrderOf(seaworthy.ParseEcosystem("Debian:12"))
	installed, err := order.Parse("3.0.11-1~deb12u2")
	if err != nil {
		log.Fatal(err)
	}
	affected, fixed, err := order.Fix(installed, version.Before("3.0.13-1~deb12u1"))
	fmt.Println(affected, fixed, err)
	// Output:
	// true 3.0.13-1~deb12u1 <nil>
}
