package main

import (
	"fmt"
	"strings"
)

// diffContext is how many equal lines are shown around a difference.
const diffContext = 2

// maxDiff bounds what is compared line by line, in lines of either text: time
// grows with the product.
const maxDiff = 2000

// diffLines shows by what two texts differ, a line each, "-" for those of a alone
// and "+" for those of b.
func diffLines(a, b string) string {
	as, bs := lines(a), lines(b)
	if len(as) > maxDiff || len(bs) > maxDiff {
		return fmt.Sprintf("    %d and %d lines, too many to show by what they differ\n", len(as), len(bs))
	}
	var out strings.Builder
	steps := script(as, bs)
	last := -1 // of steps, shown
	for i, s := range steps {
		if s[0] == ' ' && !near(steps, i) {
			continue
		}
		if i > last+1 {
			out.WriteString("    ...\n")
		}
		last = i
		out.WriteString("    " + s + "\n")
	}
	return out.String()
}

// near reports whether a difference stands within diffContext of step i.
func near(steps []string, i int) bool {
	for k := max(i-diffContext, 0); k <= min(i+diffContext, len(steps)-1); k++ {
		if steps[k][0] != ' ' {
			return true
		}
	}
	return false
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// script is the shortest way from a to b by a longest common subsequence: each
// line with " ", "-" or "+" before it.
func script(a, b []string) []string {
	longest := make([][]int32, len(a)+1) // of a[i:] and b[j:]
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var steps []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			steps = append(steps, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			steps = append(steps, "- "+a[i])
			i++
		default:
			steps = append(steps, "+ "+b[j])
			j++
		}
	}
	return steps
}
