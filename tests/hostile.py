"""Names as nobody writes them, but as somebody will: what must stay text wherever it is shown."""

TEMPLATES = [
    "{{ 123456789 * 9 }}",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{{",
    "{% if",
    "{#",
    "}}{{{",
    "${alert(1)}",
    "`; window.hit = 1; //",
]
MARKUP = [
    '<img src=x onerror="window.hit=1">',
    "</script><script>window.hit=1</script>",
    "<!--<script>",
    "<svg onload=window.hit=1>",
    "javascript:window.hit=1",
    "\"'><b>",
]
LETTERS = [
    "\\u003cb\\u003e \\ ' \" \\\\",
    "Ørsteds Æble på Ås \N{DECIDUOUS TREE}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "\u202eabc\u202c \u200f\u200e \u2066x\u2069",
    "\u2028\u2029\x00\x07",
    "x" * 10_000,
]
HOSTILE = [*TEMPLATES, *MARKUP, *LETTERS]
