//! [`Results`] → an SVG: for each program a bar per engine, from the baseline's speed, on a logarithmic scale.
//!
//! It is drawn by hand because plotters has neither grouped bars nor tooltips, and all of its crates would be built
//! with the tests.

use std::fmt::{self, Write as _};

use crate::results::Results;

const LEFT: f64 = 130.0;
const WIDTH: f64 = 640.0;
const TOP: f64 = 70.0;
const BAR: f64 = 8.0;
const GAP: f64 = 10.0;

/// Returns the plot.
pub fn render(results: &Results) -> String {
    let mut svg = String::new();
    draw(results, &mut svg).expect("writing to a string never fails");
    svg
}

fn draw(results: &Results, svg: &mut String) -> fmt::Result {
    let baseline = results.baseline();
    // The baseline's own bars would have no length.
    let engines: Vec<usize> = (0..results.engines.len()).filter(|&engine| engine != baseline).collect();
    let mut groups: Vec<(&str, Vec<Option<f64>>)> = Vec::new();
    for row in &results.rows {
        groups.push((&row.program, engines.iter().map(|&engine| row.speed(engine, baseline)).collect()));
    }
    groups.push(("geometric mean", engines.iter().map(|&engine| results.mean_speed(engine)).collect()));

    let scale = Scale::around(groups.iter().flat_map(|(_, speeds)| speeds.iter().flatten().copied()));
    let group_height = BAR * engines.len() as f64 + GAP;
    let bottom = TOP + group_height * groups.len() as f64;
    let (width, height) = (LEFT + WIDTH + 60.0, bottom + 30.0);
    writeln!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="sans-serif" font-size="12">"##
    )?;
    writeln!(svg, r##"<rect class="paper" width="{width}" height="{height}" fill="#ffffff"/>"##)?;
    let label = results.engines[baseline].label;
    writeln!(svg, r##"<text x="{LEFT}" y="20" font-size="15">Times as fast as {label}, higher is better</text>"##)?;
    let mut x = LEFT;
    for &engine in &engines {
        let engine = results.engines[engine];
        writeln!(svg, r##"<rect class="key" x="{x}" y="32" width="10" height="10" fill="{}"/>"##, engine.color)?;
        writeln!(svg, r##"<text x="{}" y="41" font-size="11">{}</text>"##, x + 14.0, engine.label)?;
        x += 30.0 + 6.0 * engine.label.len() as f64;
    }

    for power in scale.least..=scale.most {
        let (x, speed) = (scale.x(f64::from(power).exp2()), f64::from(power).exp2());
        let color = if power == 0 { "#000000" } else { "#d0d0d0" };
        writeln!(svg, r##"<line x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{bottom}" stroke="{color}"/>"##)?;
        for y in [TOP - 6.0, bottom + 16.0] {
            writeln!(svg, r##"<text x="{x:.1}" y="{y}" text-anchor="middle" fill="#606060">{speed}×</text>"##)?;
        }
    }

    for (index, (name, speeds)) in groups.iter().enumerate() {
        let top = TOP + GAP / 2.0 + group_height * index as f64;
        let (x, y) = (LEFT - 8.0, top + (group_height - GAP) / 2.0 + 4.0);
        let weight = if index == results.rows.len() { r##" font-weight="bold""## } else { "" };
        writeln!(svg, r##"<text x="{x}" y="{y}" text-anchor="end"{weight}>{name}</text>"##)?;
        for (bar, (&engine, speed)) in engines.iter().zip(speeds).enumerate() {
            let Some(speed) = speed else { continue };
            let (from, to) = (scale.x(speed.min(1.0)), scale.x(speed.max(1.0)));
            let (y, width) = (top + BAR * bar as f64, (to - from).max(1.0));
            let engine = results.engines[engine];
            writeln!(
                svg,
                r##"<rect class="bar" x="{from:.1}" y="{y}" width="{width:.1}" height="{}" fill="{}"><title>{name}, {}: {speed:.2}×</title></rect>"##,
                BAR - 1.0,
                engine.color,
                engine.label,
            )?;
        }
    }
    writeln!(svg, "</svg>")
}

/// Maps speeds to positions, by powers of two.
struct Scale {
    least: i32,
    most: i32,
}

impl Scale {
    /// Creates a scale with room for these speeds and for the baseline.
    fn around(speeds: impl Iterator<Item = f64>) -> Scale {
        let start = Scale { least: -1, most: 1 };
        speeds.filter(|speed| speed.is_normal()).fold(start, |scale, speed| Scale {
            least: scale.least.min(speed.log2().floor() as i32),
            most: scale.most.max(speed.log2().ceil() as i32),
        })
    }

    fn x(&self, speed: f64) -> f64 {
        LEFT + WIDTH * (speed.log2() - f64::from(self.least)) / f64::from(self.most - self.least)
    }
}
