"""ftz_qa: cited answers to questions about the bulletin 《自贸动态》."""
