{{config dist="all"}}

{{> copy_json from=(source "raw" "song_data")}}
