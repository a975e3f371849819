import test from 'ava';
import fc from 'fast-check';
import { Arenas } from '../../src/compute/arenas.ts';
import { compileKernels } from '../../src/kernels/load.ts';

const module = compileKernels();

test('blocks never overlap, hold what was written, and all of the memory comes back', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 300_000 })), { maxLength: 120 }), (steps) => {
      const arena = new Arenas(module).forField();
      const blocks: { address: number; bytes: number; mark: number }[] = [];
      const intact = (block: { address: number; bytes: number; mark: number }): boolean =>
        arena.u8[block.address] === block.mark && arena.u8[block.address + block.bytes - 1] === block.mark;
      for (const [index, [frees, size]] of steps.entries()) {
        const victim = frees ? blocks.splice(size % (blocks.length + 1), 1)[0] : undefined;
        if (victim !== undefined) {
          if (!intact(victim)) return false;
          arena.free(victim.address, victim.bytes);
        } else {
          const block = { address: arena.allocate(size), bytes: size, mark: index & 255 };
          arena.u8.fill(block.mark, block.address, block.address + block.bytes);
          blocks.push(block);
        }
      }
      if (!blocks.every(intact)) return false;
      for (const block of blocks) arena.free(block.address, block.bytes);
      const whole = arena.memory.buffer.byteLength - 1024;
      return arena.usedBytes === 0 && arena.allocate(whole) === 1024 && arena.memory.buffer.byteLength === whole + 1024;
    }),
    { numRuns: 40 },
  );
  t.pass();
});

test('a block that is freed twice is noticed', (t) => {
  const arena = new Arenas(module).forField();
  const address = arena.allocate(100);
  arena.free(address, 100);
  t.throws(() => {
    arena.free(address, 100);
  });
});

test('an arena that is full refuses clearly and goes on; fields then begin in another', (t) => {
  const arenas = new Arenas(module);
  const first = arenas.forField();
  t.is(arenas.forField(), first);
  const large = first.allocate(2 ** 31 + 2 ** 20);
  const error = t.throws(() => first.allocate(2 ** 31));
  t.is((error as { kind?: string }).kind, 'insufficient_storage');
  t.true(first.allocate(1000) > large);
  const second = arenas.forField();
  t.not(second, first);
  second.u8[5000] = 7;
  t.is(first.u8[5000], 0);
  t.true(arenas.usedBytes > 2 ** 31);
});

test('zeroed blocks are zero although they were used before', (t) => {
  const arena = new Arenas(module).forField();
  const address = arena.allocate(64);
  arena.u8.fill(255, address, address + 64);
  arena.free(address, 64);
  const again = arena.allocateZeroed(64);
  t.is(again, address);
  t.true(arena.u8.subarray(again, again + 64).every((byte) => byte === 0));
});
