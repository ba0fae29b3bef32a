//! Random graphs: a collection frees exactly the objects that cannot be reached.

use crate::world::{ROUNDS, Random, STEPS, World};

const SEEDS: u64 = if cfg!(miri) { 1 } else { 24 };

#[test]
fn exactly_the_unreachable_objects_are_freed() {
    let (mut made, mut weak) = (0, [0, 0]);
    for seed in 0..SEEDS {
        let (mut random, mut world) = (Random::new(seed + 1), World::default());
        for _ in 0..ROUNDS {
            world.run(&mut random, STEPS).expect("there is no limit");
            world.collect(|_| {});
        }
        made += world.made();
        weak = [0, 1].map(|is_there| weak[is_there] + world.seen_weak[is_there]);
        world.forget_roots();
        world.collect(|_| {});
    }
    assert!(made > SEEDS as usize * STEPS / 3, "{made} objects are not many");
    assert!(cfg!(miri) || weak.iter().all(|&count| count > SEEDS as usize), "{weak:?} weak references are not many");
}

#[test]
fn a_dropped_heap_frees_everything() {
    let (mut random, mut world) = (Random::new(7), World::default());
    world.run(&mut random, 300).expect("there is no limit");
    let freed = world.freed();
    assert!(freed.borrow().iter().any(|freed| !freed));
    drop(world);
    assert!(freed.borrow().iter().all(|&freed| freed));
}
