package misconfig

import (
	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func userExamples() []example {
	runAs := func(user string) imagetest.Image { return configured(seaworthy.ContainerConfig{User: user}) }
	return []example{
		{
			check:   "user-root",
			trigger: map[string]imagetest.Image{"no user": runAs("")},
			clean:   map[string]imagetest.Image{"another user": runAs("1000")},
		},
	}
}
