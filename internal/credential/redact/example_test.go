package redact_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/credential/redact"
)

func ExampleRedactor_Text() {
	text := redact.Text{Body: "RUN docker login -u ci -p " + "hunter" + "2 registry.example.com && make"}
	fmt.Println(redact.New(nil).Text(text))
	// Output: RUN docker login -u ci -p *** registry.example.com && make
}
