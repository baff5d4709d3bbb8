package sudoers

import "slices"

// expand converts the user specifications to grants.
func (r *reader) expand() {
	for i := range r.out.Defaults {
		d := &r.out.Defaults[i]
		switch d.Scope {
		case ForUsers:
			d.Members = r.expandAliases("User_Alias", d.Members)
		case ForRunAs:
			d.Members = r.expandAliases("Runas_Alias", d.Members)
		}
	}
	for _, u := range r.specs {
		users := r.expandAliases("User_Alias", u.users)
		first := len(r.out.Grants)
		excludes := false
		for _, s := range u.specs {
			for _, c := range r.expandCommand(s.command, 0) {
				if len(r.out.Grants) >= MaxGrants || r.steps >= maxSteps {
					r.problem(u.file, u.line, ErrTooManyGrants)
					r.out.Grants = r.out.Grants[:first]
					r.markOverridden()
					return
				}
				if c.Negated {
					excludes = true
					continue
				}
				r.out.Grants = append(r.out.Grants, Grant{
					File: u.file, Line: u.line, Users: users, RunAs: r.expandAliases("Runas_Alias", s.runAs), GroupOnly: s.groupOnly,
					Command: c, Tags: s.tags,
				})
			}
		}
		r.setPasswordRules(r.out.Grants[first:])
		for i := first; i < len(r.out.Grants); i++ {
			r.out.Grants[i].Excludes = excludes
		}
	}
	r.markOverridden()
}

// expandAliases replaces aliases with their members, without duplicates.
func (r *reader) expandAliases(kind string, list []Member) []Member {
	var out []Member
	seen := map[Member]bool{}
	var walk func(list []Member, negated bool, depth int)
	walk = func(list []Member, negated bool, depth int) {
		for _, n := range list {
			n.Negated = n.Negated != negated
			if r.steps++; r.steps >= maxSteps {
				return
			}
			if seen[n] {
				continue
			}
			seen[n] = true
			if members, ok := r.aliases[kind+" "+n.Name]; ok && depth < maxAliasDepth {
				walk(members, n.Negated, depth+1)
				continue
			}
			out = append(out, n)
		}
	}
	walk(list, false, 0)
	return out
}

// expandCommand replaces a command alias with its members. It stops after MaxGrants.
func (r *reader) expandCommand(c Command, depth int) []Command {
	r.steps++
	members, ok := r.commandAliases[c.Path]
	if !ok || depth >= maxAliasDepth {
		return []Command{c}
	}
	var out []Command
	for _, m := range members {
		one := m.command
		one.Negated = one.Negated != c.Negated
		out = append(out, r.expandCommand(one, depth+1)...)
		if len(out) > MaxGrants || r.steps >= maxSteps {
			break
		}
	}
	return out
}

// setPasswordRules sets WithoutPassword and OtherPassword of the grants of a user
// specification.
func (r *reader) setPasswordRules(grants []Grant) {
	if len(grants) == 0 {
		return
	}
	users := map[Member]bool{{Name: "ALL"}: true}
	for _, n := range grants[0].Users {
		users[n] = true
	}
	r.steps += len(users)
	for i := range grants {
		grants[i].WithoutPassword = grants[i].NoPasswd
	}
	for _, d := range r.out.Defaults {
		var set func(*Grant)
		switch d.Name {
		case "authenticate":
			set = func(g *Grant) { g.WithoutPassword = g.NoPasswd || d.Negated && !g.Passwd }
		case "targetpw", "rootpw", "runaspw":
			set = func(g *Grant) { g.OtherPassword = !d.Negated }
		default:
			continue
		}
		r.steps += len(d.Members)
		forUsers := d.Scope == ForUsers && slices.ContainsFunc(d.Members, func(n Member) bool { return !n.Negated && users[n] })
		for i := range grants {
			if r.steps++; r.steps >= maxSteps {
				return // expand reports the problem at the next specification
			}
			if d.Scope == ForAll || forUsers || d.Scope == ForCommands && slices.Contains(d.Members, Member{Name: grants[i].Command.Path}) {
				set(&grants[i])
			}
		}
	}
}

// markOverridden sets Overridden. After maxSteps it leaves the remaining grants unchanged.
func (r *reader) markOverridden() {
	grants := r.out.Grants
	var all []int // indices of grants of ALL commands
	for i, g := range grants {
		if g.Command.Path == "ALL" && !g.Excludes && !g.GroupOnly {
			all = append(all, i)
		}
	}
	steps := 0
	for i := range grants {
		g := &grants[i]
		for _, j := range all {
			l := &grants[j]
			if steps++; steps >= maxSteps {
				return
			}
			if j <= i || l.WithoutPassword == g.WithoutPassword && l.SetEnv == g.SetEnv {
				continue
			}
			if steps += len(l.Users)*(1+len(g.Users)) + len(l.RunAs)*(1+len(g.RunAs)); steps >= maxSteps {
				return
			}
			if includesAll(l.Users, g.Users) && (len(g.RunAs) == 0 || includesAll(l.RunAs, g.RunAs)) {
				g.Overridden = true
				break
			}
		}
	}
}

// includesAll reports whether later includes every member of earlier.
func includesAll(later, earlier []Member) bool {
	all := Member{Name: "ALL"}
	if slices.Contains(later, all) {
		return !slices.ContainsFunc(later, func(n Member) bool { return n.Negated })
	}
	for _, n := range earlier {
		if !slices.Contains(later, n) {
			return false
		}
	}
	return true
}
