{{config dist="title" sort="title"}}

{{> copy_json from=(source "raw" "song_data")}}
