//! Every text for a person or a model, rendered from its sample: a change of words is seen in review.
use quarterdeck::prompts::render::Prompts;
use quarterdeck::prompts::render::all;

#[test]
fn every_text_reads_as_it_was_agreed() {
    let prompts = Prompts::load().unwrap_or_else(|why| panic!("{why}"));
    for entry in all() {
        let text = (entry.sample)(&prompts).unwrap_or_else(|why| panic!("{why}"));
        let name = entry.name.trim_end_matches(".tera").replace('/', "__");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "words" }, {
            insta::assert_snapshot!(name, text);
        });
    }
}
