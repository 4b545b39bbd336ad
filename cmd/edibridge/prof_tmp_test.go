package main
import ("testing";"os";"context";"fmt")
func TestProfTmp(t *testing.T){
 cfg,err:=flowConfiguration(); if err!=nil{t.Fatal(err)}
 dir,_:=os.MkdirTemp("","prof"); defer os.RemoveAll(dir)
 f,err:=newFlow(context.Background(),dir,cfg); if err!=nil{t.Fatal(err)}
 defer f.close()
 if err:=f.run(context.Background());err!=nil{t.Fatal(err)}
 fmt.Println(flowFiles/f.took.Seconds(), f.cpu.Seconds()*1e3/flowFiles, f.percentile(50), f.percentile(99))
}
