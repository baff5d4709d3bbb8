package purl_test

import (
	"fmt"
	"log"

	"seaworthy.dev/seaworthy/internal/purl"
)

func ExampleParse() {
	u, err := purl.Parse("pkg:npm/%40babel/core@7.0.0?vcs_url=git%2Bhttps://github.com/babel/babel")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(u.Type, u.Namespace, u.Name, u.Version)
	fmt.Println(u.Qualifiers["vcs_url"])
	fmt.Println(u.String())
	// Output:
	// npm @babel core 7.0.0
	// git+https://github.com/babel/babel
	// pkg:npm/%40babel/core@7.0.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fbabel%2Fbabel
}
