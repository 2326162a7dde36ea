"""Lists of class names are read in the forms in which others write them, and kept as they are in any other."""

from __future__ import annotations

import pytest

from lwise_core.guides.class_list_forms import names_in
from lwise_core.guides.class_lists import ClassListError, classes_from_text

LISTS = {
    "JSON": '["tench", "goldfish", "shark"]',
    "JSON by number": '{"0": "tench", "1": "goldfish", "2": "shark"}',
    "JSON as Keras has it": '{"0": ["n1", "tench"], "1": ["n2", "goldfish"], "2": ["n3", "shark"]}',
    "JSON as class_to_idx": '{"shark": 2, "tench": 0, "goldfish": 1}',
    "a colon": "0: tench\n1: goldfish\n2: shark\n",
    "from 1, with points": "1. tench\n2. goldfish\n3. shark",
    "in another order": "2 shark\n0 tench\n1 goldfish",
    "a table with its heading": "index,label\r\n0,tench\r\n1,goldfish\r\n2,shark\r\n",
    "a semicolon's table": "number;name\n0;tench\n1;goldfish\n2;shark",
    "a tab": "0\ttench\n1\tgoldfish\n2\tshark",
    "a list as Python prints it": "['tench', 'goldfish',\n \"shark\"]",
    "a program's list": 'CLASSES = ["tench", "goldfish", "shark"]',
    "a program's tuple over lines": "CLASS_NAMES = (\n    'tench',\n    'goldfish',\n    'shark',\n)",
    "a module of JavaScript": 'export default ["tench", "goldfish", "shark"];',
    "TOML": 'names = ["tench", "goldfish", "shark"]',
    "MATLAB's cells": "names = {'tench'; 'goldfish'; 'shark'};",
    "cells alone": "{'tench'; 'goldfish'; 'shark'}",
    "C's braces": 'const names = {"tench", "goldfish", "shark"};',
    "numbers of pictures behind": "0\ttench\t1300\n1\tgoldfish\t1300\n2\tshark\t1290",
    "a dictionary in a line": "{0: 'tench', 1: 'goldfish', 2: 'shark'}",
    "one line": "tench, goldfish, shark",
    "YAML": "names:\n- tench\n- 'goldfish'\n- shark\n",
    "YAML by number": "names:\n  0: tench\n  1: goldfish\n  2: shark\n",
    "a configuration of Hugging Face": '{"id2label": {"0": "tench", "1": "goldfish", "2": "shark"}, "num_labels": 3}',
    "classes in an object": '{"classes": ["tench", "goldfish", "shark"], "date": "3 May"}',
    "categories of COCO": '{"categories": [{"id": 2, "name": "goldfish"}, {"id": 1, "name": "tench"}, '
    '{"id": 3, "name": "shark"}]}',
    "an object a line": '{"id": 0, "name": "tench"}\n{"id": 1, "name": "goldfish"}\n{"id": 2, "name": "shark"}\n',
    "numbers behind": "tench 0\ngoldfish 1\nshark 2",
    "a table with its numbers behind": "class,index\nshark,2\ntench,0\ngoldfish,1\n",
    "a table of three columns": "index,id,name\n0,n1,tench\n1,n2,goldfish\n2,n3,shark\n",
    "an equals sign": "0=tench\n1=goldfish\n2=shark",
    "brackets": "[0] tench\n[1] goldfish\n[2] shark",
    "arrows": "0 -> tench\n1 -> goldfish\n2 -> shark",
    "quotes": '"tench"\n"goldfish"\n"shark"',
    "quotes and commas": '"tench",\n"goldfish",\n"shark"',
    "commas at the ends": "tench,\ngoldfish,\nshark,",
    "a comment above": "# of 3 May\ntench\ngoldfish\nshark",
    "marks of direction": "\u202atench\u202c\n\u200egoldfish\nshark",
    "as Python prints it": "{0: 'tench',\n 1: 'goldfish',\n 2: \"shark\"}",
    "class_to_idx as Python prints it": "{'shark': 2, 'goldfish': 1, 'tench': 0}",
    "quoted numbers, as R writes them": '"","x"\n"1","tench"\n"2","goldfish"\n"3","shark"\n',
    "idx_to_class": '{"idx_to_class": {"0": "tench", "1": "goldfish", "2": "shark"}, "lr": 0.1}',
    "Keras' class_indices": '{"class_indices": {"goldfish": 1, "shark": 2, "tench": 0}}',
    "the vocabulary of fastai": '{"vocab": ["tench", "goldfish", "shark"], "size": 224}',
    "Darknet's names": "tench\r\ngoldfish\r\nshark\r\n\r\n",
    "YOLO's data.yaml": "train: ../train/images\nval: ../valid/images\n\nnc: 3  # classes\n"
    "names: ['tench', 'goldfish', 'shark']\n",
    "YOLO's data.yaml by number": "# COCO8\npath: ../coco8  # root\ntrain: images/train\n\n# Classes\nnames:\n"
    "  0: tench\n  1: goldfish  # not a tench\n  2: shark\n\ndownload: |\n  wget a\n",
    "YOLO's data.yaml with a list": "nc: 3\nnames:\n- tench\n- goldfish\n- shark\ntrain: a/b\n",
    "a list in YAML over lines": "names: [\n  tench, goldfish,\n  shark ]\nnc: 3\n",
    "a label map": "item {\n  id: 1\n  name: 'tench'\n}\nitem {\n  id: 2\n  name: 'goldfish'\n}\n"
    "item {\n  id: 3\n  name: 'shark'\n}\n",
    "a label map with names to show": 'item { name: "/m/2" id: 2 display_name: "goldfish" }\n'
    'item { name: "/m/1" id: 1 display_name: "tench" }\nitem { name: "/m/3" id: 3 display_name: "shark" }',
    "a label map of Caffe": 'item {\n name: "tench"\n label: 0\n}\nitem {\n name: "goldfish"\n label: 1\n}\n'
    'item {\n name: "shark"\n label: 2\n}',
    "points of a list": "* tench\n* goldfish\n* shark",
    "arrows behind": "tench -> 0\ngoldfish -> 1\nshark -> 2",
    "R's vector": 'c("tench", "goldfish", "shark")',
    "R's vector with a name": 'labels <- c("tench", "goldfish",\n  "shark")',
    "an array of NumPy": "array(['tench', 'goldfish', 'shark'], dtype='<U8')",
    "an array as NumPy prints it": "['tench' 'goldfish' 'shark']",
    "Python's tuple": "('tench', 'goldfish', 'shark')",
    "pairs in JSON": '[["shark", 2], ["tench", 0], ["goldfish", 1]]',
    "pairs in JSON, numbers first": '[[2, "shark"], [0, "tench"], [1, "goldfish"]]',
    "quotation marks of German": "„tench“\n„goldfish“,\n„shark“",
    "quotation marks of French": "«tench»\n«goldfish»\n«shark»",
    "a drawing of folders": ".\n├── tench\n├── goldfish\n└── shark\n\n3 directories, 0 files\n",
    "a drawing of folders in ASCII": "data\n|-- tench/\n|-- goldfish/\n`-- shark/",
    "ids of WordNet": "n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\nn01484850 shark",
}


@pytest.mark.parametrize("form", list(LISTS))
def test_lists_are_read_as_others_write_them(form: str) -> None:
    assert classes_from_text(LISTS[form].encode()) == ("tench", "goldfish", "shark")


@pytest.mark.parametrize("text", ["", "#", "[", "{0: 'a'", "cat", "name,index\ncat,x", '"a\n"b'])
def test_what_has_no_form_is_a_name_a_line(text: str) -> None:
    assert list(names_in(text) or ()) == text.splitlines()


@pytest.mark.parametrize(
    "line",
    ["1" + "\t" * 200_000 + "'", "a" + "\t" * 200_000 + "b", "-" + " " * 200_000 + "\xa0", "1" + " :" * 100_000 + "'"],
    ids=["number first", "number last", "item", "separators"],
)
def test_a_line_of_nothing_but_space_takes_no_longer_than_another(line: str) -> None:
    """Each takes milliseconds; where two parts of a pattern may take the same space, a minute."""
    assert len(names_in(f"{line}\n{line}") or ()) == 2


def test_types_without_end_are_sought_through_once() -> None:
    """54 kB took 2.1 s of the processor, and of ten times as many a hundred times that."""
    assert names_in("a([" + "],dtype=x" * 200_000)


@pytest.mark.parametrize(
    "text",
    [
        "class,index\nshark," + "9" * 5000 + "\ntench,0\n",
        '{"' + "9" * 5000 + '": "tench", "1": "shark"}',
        "['" + "a" * 140_000 + "']",
        "a" * 140_000,
    ],
    ids=["a number of 5,000 digits", "the same in JSON", "a name of 140,000 letters", "one in a line"],
)
def test_what_python_will_not_read_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ClassListError, match=r"must hold 1 to 200|another form"):
        classes_from_text(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "item { id: 1 name: 'a' }\nitem { id: 3 name: 'b' }",
        "item { id: 1 }\nitem { id: 2 }",
        "item { id: 1 name: 'a' }\nitem { id: 1 name: 'b' }",
    ],
)
def test_a_label_map_with_a_gap_is_no_list(text: str) -> None:
    assert names_in(text) is None


@pytest.mark.parametrize(
    "text",
    ["cat\nnames: dog", "names: cat\nclasses: dog", "names:\nlabels:", "item { in a list\ncat", "path: a\nval: b"],
)
def test_names_that_look_like_a_configuration_are_kept(text: str) -> None:
    assert list(names_in(text) or ()) == text.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "a=" * 100_000,
        "names = {" + "'a' " * 50_000 + "}",
        "item {" + "a" * 200_000 + "}",
        "[a" + " " * 200_000 + "b:,]",
        "names: {0: a" + " " * 200_000 + "b:}\nnc: 1",
    ],
    ids=["assignments", "quotes", "a label map", "a list", "a configuration"],
)
def test_a_text_of_one_long_word_or_gap_takes_no_longer_than_another(text: str) -> None:
    """As above: milliseconds, or a minute."""
    assert len(names_in(text) or ()) <= 2
