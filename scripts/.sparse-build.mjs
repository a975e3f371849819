import asc from 'assemblyscript/asc';
const m = asc.createMemoryStream();
const { error } = await asc.main(['.tmp/sparse/entry.ts','--outFile','.tmp/sparse/k.wasm','--optimizeLevel','3','--shrinkLevel','0','--noAssert','--runtime','stub','--use','abort=','--enable','simd,threads,bulk-memory','--importMemory','--sharedMemory','--initialMemory','1','--maximumMemory','65536'],{stderr:m});
if (error) console.error(m.toString()||error.message); else console.log('ok');
