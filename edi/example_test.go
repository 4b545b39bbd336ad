package edi_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

const file = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~\n" +
	"GS*PO*NORTHPIER*LAKEHOUSE3PL*20261123*0930*301*X*004010~\n" +
	"ST*850*0001~\nBEG*00*SA*4711**20261123~\nSE*3*0001~\nGE*1*301~\nIEA*1*000000301~\n"

// A Reader splits a file into segments and knows where each element stands.
func ExampleReader() {
	r := edi.NewReader(strings.NewReader(file), edi.Limits{})
	for {
		if _, err := r.Find(nil); err == io.EOF {
			return
		} else if err != nil {
			panic(err)
		}
		for {
			s, err := r.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				panic(err)
			}
			if s.Is("BEG") {
				fmt.Printf("segment %d, byte %d: %s\n", s.Ordinal, s.ElementOffset(3), s.Element(3))
			}
		}
	}
	// Output: segment 4, byte 187: 4711
}

// A message that stands alone is read by ReadMessage.
func ExampleReadMessage() {
	d := edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}
	m, err := edi.ReadMessage([]byte("ST*850*0001~BEG*00*SA*4711**20261123~SE*3*0001~"), d)
	if err != nil {
		panic(err)
	}
	for place := 1; place <= m.Len(); place++ {
		s := m.Segment(place)
		fmt.Printf("%d %s with %d elements\n", place, s.Tag(), s.Len())
	}
	// Output:
	// 1 ST with 2 elements
	// 2 BEG with 5 elements
	// 3 SE with 2 elements
}

// A Writer refuses what cannot be written: X12 has no escape.
func ExampleWriter() {
	w := edi.NewWriter(os.Stdout, edi.Delimiters{Segment: '~', Element: '*', Component: '>'})
	w.LineBreak = "\n"
	if err := w.Write("N1", "ST", "CORNER MARKET", "", ""); err != nil {
		panic(err)
	}
	fmt.Println(w.Write("N1", "ST", "CORNER*MARKET"))
	// Output:
	// N1*ST*CORNER MARKET~
	// edi: N102 "CORNER*MARKET" holds the delimiter '*'
}
