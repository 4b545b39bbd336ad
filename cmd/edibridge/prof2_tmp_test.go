package main
import ("testing";"context";"fmt";"time";"slices")
func TestFairTmp(t *testing.T){
 cfg,err:=flowConfiguration(); if err!=nil{t.Fatal(err)}
 for _,n:=range []int{0,3000}{
 times,err:=fair(context.Background(),cfg,n); if err!=nil{t.Fatal(err)}
 slices.Sort(times)
 fmt.Println(n, times[len(times)/2], times[len(times)-2], times[len(times)-1])
 }
 _=time.Now
}
